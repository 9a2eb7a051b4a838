-- Returns: nothing. Makes expressions of the leading plain keys of B-trees of several
--     keys: an expression that is the column and nothing else, which has the column's
--     place for conditions, orders and uniqueness, but statistics of its own. These have
--     the column's correlation and no number of values, so that no skip scan can be
--     priced (btcostestimate in selfuncs.c of 18). Behind the last column the same
--     columns stand once more, for index-only scans.
-- Needs: a superuser, and a cast of text to pg_node_tree. Costs: one pass over pg_index.
WITH part AS (
    SELECT i.indexrelid,
           i.indrelid,
           i.indnatts,
           i.indkey::int2[] AS keys,
           i.indexprs::text AS others,
           (SELECT COALESCE(min(p) FILTER (WHERE i.indkey[p] <= 0), i.indnkeyatts - 1)
              FROM generate_series(0, i.indnkeyatts - 2) AS p)::int AS lead_count
      FROM pg_index AS i
           JOIN pg_class AS c ON c.oid = i.indexrelid
           JOIN pg_am AS a ON a.oid = c.relam
     WHERE a.amname = 'btree'
       AND c.relkind = 'i'
       AND i.indexrelid > %(newer_than)s::oid
       AND i.indnkeyatts > 1
       -- Else an INSERT would not find it for ON CONFLICT (see skip_scans.py).
       AND NOT (i.indisunique AND i.indexprs IS NOT NULL)
), wanted AS (
    SELECT * FROM part WHERE lead_count > 0 AND indnatts + lead_count <= 32
), lead_key AS (
    SELECT w.indexrelid, w.indnatts, p AS place, a.*
      FROM wanted AS w
           CROSS JOIN generate_series(1, w.lead_count) AS p
           JOIN pg_attribute AS a ON a.attrelid = w.indrelid
                                 -- An int2vector counts from 0, and so does its array.
                                 AND a.attnum = w.keys[p - 1]
), repeated AS (
    INSERT INTO pg_attribute (
        attrelid, attname, atttypid, attlen, attnum, atttypmod, attndims, attbyval,
        attalign, attstorage, attcompression, attnotnull, atthasdef, atthasmissing,
        attidentity, attgenerated, attisdropped, attislocal, attinhcount, attcollation)
    SELECT indexrelid, format('........pgproof.%%s........', indnatts + place),
           atttypid, attlen, indnatts + place, atttypmod, attndims, attbyval,
           attalign, attstorage, attcompression, false, false, false,
           '', '', false, true, 0, attcollation
      FROM lead_key
), lengthened AS (
    UPDATE pg_class AS c
       SET relnatts = c.relnatts + w.lead_count
      FROM wanted AS w
     WHERE c.oid = w.indexrelid
), known AS (
    INSERT INTO pg_statistic
    SELECT w.indexrelid, 1, false, s.stanullfrac, s.stawidth, 0,
           s.stakind1, s.stakind2, s.stakind3, s.stakind4, s.stakind5,
           s.staop1, s.staop2, s.staop3, s.staop4, s.staop5,
           s.stacoll1, s.stacoll2, s.stacoll3, s.stacoll4, s.stacoll5,
           s.stanumbers1, s.stanumbers2, s.stanumbers3, s.stanumbers4, s.stanumbers5,
           s.stavalues1, s.stavalues2, s.stavalues3, s.stavalues4, s.stavalues5
      FROM wanted AS w
           JOIN pg_statistic AS s ON s.starelid = w.indrelid
                                 AND s.staattnum = w.keys[0]
                                 AND NOT s.stainherit
), expression AS (
    SELECT k.indexrelid,
           string_agg(
               format(
                   '{VAR :varno 1 :varattno %%s :vartype %%s :vartypmod %%s :varcollid %%s '
                   ':varnullingrels (b) :varlevelsup 0 :varreturningtype 0 :varnosyn 1 '
                   ':varattnosyn %%s :location -1}',
                   k.attnum, k.atttypid, k.atttypmod, k.attcollation, k.attnum),
               ' ' ORDER BY k.place) AS text
      FROM lead_key AS k
     GROUP BY k.indexrelid
)
UPDATE pg_index AS i
   SET indnatts = i.indnatts + w.lead_count,
       indkey = array_to_string(
           array_fill(0, ARRAY[w.lead_count])
               || w.keys[w.lead_count : w.indnatts - 1]::int[]
               || w.keys[0 : w.lead_count - 1]::int[],
           ' ')::int2vector,
       indexprs = ('(' || e.text || COALESCE(' ' || substr(w.others, 2), ')'))
           ::pg_node_tree
  FROM wanted AS w
       JOIN expression AS e USING (indexrelid)
 WHERE i.indexrelid = w.indexrelid
