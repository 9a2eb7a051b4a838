-- Does: gives a statistics object of a shadow its values; those of its expressions are
-- the statistics of a scratch table's columns.
-- Needs: a superuser of the shadow, allow_system_table_mods. Costs: one row.
INSERT INTO pg_statistic_ext_data
       (stxoid, stxdinherit, stxdndistinct, stxddependencies, stxdmcv, stxdexpr)
VALUES (%s::oid, %s, %s::bytea::pg_ndistinct, %s::bytea::pg_dependencies,
        %s::bytea::pg_mcv_list,
        (SELECT array_agg(s ORDER BY s.staattnum)
           FROM pg_statistic AS s
          WHERE s.starelid = to_regclass(%s)
         HAVING count(*) = %s))
