"""Planner settings that do not fit the machine, by the same constants as times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.domain.index_advice import SettingAdvice
from analyzer.domain.plan import Plan
from analyzer.indexing.plan_work import plan_work
from analyzer.indexing.time_model import TimeModel

_BLOCK_BYTES = 8192
_MAX_WORK_MEM_BYTES = 256 << 20
_TUPLES_PER_PAGE = 60.0
_MIN_DIFFERENCE = 1.5


def setting_advice(
    model: TimeModel, plans: Sequence[Plan], *, is_measured: bool
) -> tuple[SettingAdvice, ...]:
    """What to change, each with the reason; nothing where all of it fits.

    Args:
        model: of the database and its machine.
        plans: of the workload as it is.
        is_measured: whether the constants are of that machine.
    """
    return tuple(_found(model, plans, is_measured=is_measured))


def _found(
    model: TimeModel, plans: Sequence[Plan], *, is_measured: bool
) -> Iterator[SettingAdvice]:
    if is_measured:
        yield from _random_page_cost(model)
    yield from _work_mem(model, plans)
    yield from _effective_cache_size(model)


def _random_page_cost(model: TimeModel) -> Iterator[SettingAdvice]:
    """A scattered page in units of a sequential one, both with their cached share."""
    us, around = model.constants.us_per_part, model.around
    missed = around.uncached_ratio
    page_us = us["seq_pages"] + _TUPLES_PER_PAGE * us["seq_tuples"]
    page_us += missed * us["sequential_reads"]
    settings = around.settings
    # What the planner charges for a sequential page with its tuples is seq_page_cost
    # and sixty times cpu_tuple_cost; a scattered fetch has to fit that scale.
    unit_us = page_us / (
        settings.seq_page_cost + _TUPLES_PER_PAGE * settings.cpu_tuple_cost
    )
    fetch_us = us["far_fetches"] + missed * us["random_reads"]
    wanted = max(fetch_us / unit_us, settings.seq_page_cost)
    wanted = round(max(1.1 * settings.seq_page_cost, min(wanted, 4.0)), 1)
    now = settings.random_page_cost
    if max(now / wanted, wanted / now) >= _MIN_DIFFERENCE:
        yield SettingAdvice(
            name="random_page_cost",
            now=f"{now:g}",
            better=f"{wanted:g}",
            why=f"a scattered row takes {fetch_us:.2g} µs here, a page in order with "
            f"its rows {page_us:.2g} µs, with {1 - missed:.0%} of the data cached",
        )


def _work_mem(model: TimeModel, plans: Sequence[Plan]) -> Iterator[SettingAdvice]:
    spilled = 0.0
    count = 0
    for plan in plans:
        pages = max(
            (n.work.get("temp_pages", 0.0) for n in plan_work(plan, model.around)),
            default=0.0,
        )
        spilled = max(spilled, pages / 2 * _BLOCK_BYTES)
        count += pages > 0
    now = model.around.settings.work_mem_bytes
    if spilled > now:
        wanted = min(_MAX_WORK_MEM_BYTES, 1 << int(spilled).bit_length())
        if wanted > now:
            yield SettingAdvice(
                name="work_mem",
                now=f"{now / 2**20:.0f}MB",
                better=f"{wanted / 2**20:.0f}MB",
                why=f"{count} statements sort or hash up to {spilled / 2**20:,.0f} MB "
                "and spill; set it for their role, as each sort may take that much",
            )


def _effective_cache_size(model: TimeModel) -> Iterator[SettingAdvice]:
    buffers = model.around.shared_buffers_bytes
    now = model.around.settings.effective_cache_bytes
    if buffers and now < buffers:
        yield SettingAdvice(
            name="effective_cache_size",
            now=f"{now / 2**20:,.0f}MB",
            better=f"{buffers / 2**20:,.0f}MB",
            why="it should be shared_buffers and the cache of the operating system; "
            "it is less than shared_buffers alone",
        )
