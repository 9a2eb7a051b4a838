-- PostgreSQL's own functions, each with a digest of all that decides what a call of it
-- does: one row per function that initdb made. The key is its oid where PostgreSQL's
-- source gives it one, else its name and arguments. Owners, privileges and costs do not
-- count. Lengths come first, so that no text can stand for another one.
-- Needs: the search_path pg_catalog. Costs: a scan of pg_proc, some 3,400 rows.
SELECT
    function.oid,
    function.proname AS name,
    CASE
        WHEN function.oid < 10000 THEN function.oid::text
        ELSE function.oid::regprocedure::text
    END AS key,
    left(md5(
        concat_ws(
            '|',
            octet_length(function.proname::text),
            octet_length(function.prosrc),
            octet_length(coalesce(function.probin, '')),
            octet_length(coalesce(function.proconfig::text, '')),
            function.pronamespace = 11,
            function.proname,
            function.prosrc,
            coalesce(function.probin, ''),
            coalesce(function.proconfig::text, ''),
            function.prolang,
            function.prokind,
            function.provolatile,
            function.proretset,
            function.prosecdef,
            CASE
                WHEN function.oid < 10000
                    THEN concat_ws(
                        ' ',
                        function.prorettype,
                        function.prosupport::oid,
                        function.proargtypes
                    )
            END,
            CASE
                WHEN function.prolang = 14 THEN pg_get_function_sqlbody(function.oid)
            END,
            CASE
                WHEN function.prokind = 'a' THEN
                    (
                        SELECT
                            ROW(
                                aggregate.aggtransfn::oid,
                                aggregate.aggfinalfn::oid,
                                aggregate.aggcombinefn::oid,
                                aggregate.aggserialfn::oid,
                                aggregate.aggdeserialfn::oid,
                                aggregate.aggmtransfn::oid,
                                aggregate.aggminvtransfn::oid,
                                aggregate.aggmfinalfn::oid
                            )::text
                        FROM pg_aggregate AS aggregate
                        WHERE aggregate.aggfnoid = function.oid
                    )
            END
        )
    ), 20) AS digest
FROM pg_proc AS function
WHERE
    function.oid < 16384
    -- What is in C and has no oid of its own belongs to languages and dictionaries.
    AND (function.oid < 10000 OR function.prolang <> 13)
