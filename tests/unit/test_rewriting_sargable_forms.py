"""What each condition becomes, and that all others stay as they are."""

from __future__ import annotations

import pytest

from tests.support.sargable_forms import Form, forms


@pytest.mark.parametrize("form", [pytest.param(f, id=f.query[24:]) for f in forms()])
def test_a_condition(form: Form) -> None:
    found = form.rewrite()
    new = found.query.partition(" WHERE ")[2] if found else ""
    claims = "; ".join(found.conditions) if found else ""
    assert (new, claims) == (form.new, form.claims)
