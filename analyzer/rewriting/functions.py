"""Built-in functions a rule may move, and what is known of all others."""

from __future__ import annotations

from collections.abc import Mapping

from analyzer.statements.outputs import has_aggregate
from analyzer.statements.parse import walk
from analyzer.statements.sides import function_name


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STABLE = _words("""
    now transaction_timestamp statement_timestamp timezone date_trunc date_part extract
    date_bin age to_char to_date to_timestamp to_number make_date make_time
    make_timestamp make_timestamptz make_interval justify_days justify_hours
    justify_interval isfinite overlaps current_setting pg_typeof
    lower upper initcap length char_length character_length octet_length bit_length
    substring substr left right trim btrim ltrim rtrim lpad rpad replace translate
    position strpos concat concat_ws repeat reverse split_part starts_with md5 format
    ascii chr quote_literal quote_ident quote_nullable regexp_replace regexp_match
    regexp_count regexp_like regexp_substr string_to_array array_to_string overlay
    abs ceil ceiling floor round trunc sign sqrt cbrt power pow exp ln log log10 mod div
    gcd lcm greatest least width_bucket sin cos tan asin acos atan atan2 degrees radians
    pi factorial scale trim_scale min_scale numeric int4 int8 int2 float4 float8 text
    varchar bpchar bool date timestamp timestamptz interval
    array_length cardinality array_position array_positions array_append array_prepend
    array_cat array_remove array_replace array_upper array_lower array_ndims
    jsonb_array_length json_array_length jsonb_typeof json_typeof jsonb_extract_path
    jsonb_extract_path_text json_extract_path json_extract_path_text jsonb_build_object
    jsonb_build_array json_build_object json_build_array to_json to_jsonb jsonb_set
    jsonb_path_exists jsonb_path_query_first jsonb_exists jsonb_exists_any
    jsonb_exists_all jsonb_contains jsonb_strip_nulls row_to_json
    to_tsvector to_tsquery plainto_tsquery phraseto_tsquery websearch_to_tsquery
    ts_rank ts_rank_cd ts_headline setweight numnode querytree
    like_escape notlike like ilike similar_to_escape overlaps
    lower_inc upper_inc isempty range_merge encode decode digest coalesce nullif
    row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value
    last_value nth_value grouping unnest generate_series generate_subscripts
    jsonb_array_elements jsonb_array_elements_text json_array_elements
    jsonb_each jsonb_each_text jsonb_object_keys regexp_split_to_array
    regexp_split_to_table
""")


def volatile_calls(nodes: object, functions: Mapping[str, str]) -> set[str]:
    """Names of called functions that are volatile, or not known not to be."""
    found = set()
    for kind, fields in walk(_as_list(nodes)):
        if kind != "FuncCall":
            continue
        name = function_name(fields)
        if "over" not in fields and has_aggregate([{"FuncCall": fields}]):
            continue
        if name in _STABLE or functions.get(name.lower(), "v") in ("s", "i"):
            continue
        found.add(f"{name}()")
    return found


def is_built_in(name: str) -> bool:
    """Whether a function is one of PostgreSQL's that we know not to be volatile."""
    return name in _STABLE


def _as_list(nodes: object) -> object:
    return list(nodes) if isinstance(nodes, tuple) else nodes
