-- Does: gives a statistics object of a shadow its values.
-- Needs: a superuser of the shadow, allow_system_table_mods. Costs: one row.
INSERT INTO pg_statistic_ext_data
       (stxoid, stxdinherit, stxdndistinct, stxddependencies, stxdmcv)
VALUES (%s::oid, %s, %s::bytea::pg_ndistinct, %s::bytea::pg_dependencies,
        %s::bytea::pg_mcv_list)
