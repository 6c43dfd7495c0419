"""A row of medication can be read in a consult on the screen of an ordinary laptop."""

from __future__ import annotations

import pytest

from .steps import Person

WIDTHS = """() => [...document.querySelectorAll('.drug-row')].map(row => {
  const of = name => row.querySelector(`[name$="${name}"]`);
  const wide = one => one ? Math.round(one.getBoundingClientRect().width) : 0;
  const cut = one => one ? one.scrollWidth > one.clientWidth + 1 : false;
  return {drug: wide(of('drug')), dose: wide(of('dose')), cut: cut(of('dose')), since: cut(of('since')),
          row: wide(row), page: row.scrollWidth > row.clientWidth + 1};
})"""


@pytest.mark.parametrize("width", [1280, 1024, 390])
def test_a_drug_and_its_dose_are_read_whole(person, width):
    vs: Person = person("vs")
    vs.page.set_viewport_size({"width": width, "height": 800})
    vs.opens("/in-zorg/")
    vs.page.locator("main a[href^='/dossier/']").first.click()
    vs.page.locator("a[href^='/consult/nieuw/']").first.click()
    vs.page.wait_for_selector(".drug-row")
    dose = vs.page.locator(".drug-row [name$='dose']").first
    dose.fill("400 mg")
    rows = vs.page.evaluate(WIDTHS)
    assert rows and all(one["drug"] >= (240 if width == 1280 else 120) for one in rows), rows
    assert not any(one["cut"] or one["page"] or one["since"] for one in rows), rows
