-- Returns: statistics of columns of ranges, which pg_stats shows from version 17 on.
--     Slots: 6 is the histogram of lengths, 7 that of bounds (pg_statistic.h).
-- Needs: a superuser, or pg_read_all_data. Costs: reads pg_statistic once.
SELECT n.nspname::text AS schema,
       c.relname::text AS relation,
       a.attname::text AS attribute,
       s.stainherit AS inherited,
       CASE 6 WHEN s.stakind1 THEN s.stavalues1::text
              WHEN s.stakind2 THEN s.stavalues2::text
              WHEN s.stakind3 THEN s.stavalues3::text
              WHEN s.stakind4 THEN s.stavalues4::text
              WHEN s.stakind5 THEN s.stavalues5::text END AS lengths,
       CASE 6 WHEN s.stakind1 THEN s.stanumbers1[1]
              WHEN s.stakind2 THEN s.stanumbers2[1]
              WHEN s.stakind3 THEN s.stanumbers3[1]
              WHEN s.stakind4 THEN s.stanumbers4[1]
              WHEN s.stakind5 THEN s.stanumbers5[1] END AS empty_ratio,
       CASE 7 WHEN s.stakind1 THEN s.stavalues1::text
              WHEN s.stakind2 THEN s.stavalues2::text
              WHEN s.stakind3 THEN s.stavalues3::text
              WHEN s.stakind4 THEN s.stavalues4::text
              WHEN s.stakind5 THEN s.stavalues5::text END AS bounds
  FROM pg_statistic AS s
       JOIN pg_class AS c ON c.oid = s.starelid AND c.relkind <> 'i'
       JOIN pg_namespace AS n ON n.oid = c.relnamespace
       JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum = s.staattnum
 WHERE 6 IN (s.stakind1, s.stakind2, s.stakind3, s.stakind4, s.stakind5)
   AND n.nspname NOT IN ('pg_catalog', 'information_schema')
 ORDER BY 1, 2, 3, 4
