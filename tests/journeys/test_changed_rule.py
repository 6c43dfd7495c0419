"""A rule is changed without its text: the page names it and refuses to have it signed until the words follow."""

from __future__ import annotations

from .steps import Person, day


def cell(author: Person, label: str):
    return author.page.get_by_label(label, exact=True)


def test_a_limit_moves_and_the_words_must_follow(person, today):
    author = person("projectleider")

    # given: a draft of the exclusion criteria
    author.opens("/afspraak/wijzigen/")
    author.fills(
        pathway="heart_failure",
        title="Saturatie vanaf 91%",
        because="De ambulance vraagt om een ruimere grens.",
    )
    author.presses("Concept beginnen")
    draft = author.page.url.removeprefix(author.visitor.url)
    grid = f"{draft}exclusion/"

    # when the project leader moves a limit and leaves the words as they are
    author.opens(grid)
    assert cell(author, "EX-08 Waarom (Nederlands)").input_value().startswith("Bovendruk onder 90 mmHg")
    author.types("EX-08 Bloeddruk, bovendruk", "<100")
    author.presses("Bewaren en controleren")

    # then the page names the rule, the number that no longer stands in it, and both languages
    author.sees(
        "Uitleg of bron klopt niet",
        "regel EX-08: het getal 90 in de tekst staat in geen cel van de regel",
        "regel EX-08 beslist anders, en de uitleg in het Nederlands is ongewijzigd",
        "regel EX-08 beslist anders, en de uitleg in het Engels is ongewijzigd",
    )

    # and it cannot be handed in for signing, by the page nor past it
    author.opens(draft)
    author.sees("Daarna kunt u indienen", "tekst ongewijzigd", "bron ongewijzigd")
    assert author.page.get_by_role("button", name="Indienen bij de partners").count() == 0

    # when another rule, of a guideline, is changed together with its words
    author.opens(grid)
    author.types("EX-08 Bloeddruk, bovendruk", "<90")
    author.types("EX-05 Zuurstofsaturatie", "<91")
    cell(author, "EX-05 Waarom (Nederlands)").fill("Saturatie onder 91%: zuurstof nodig.")
    cell(author, "EX-05 Waarom (Engels)").fill("Saturation below 91%: oxygen is needed.")
    author.presses("Bewaren en controleren")

    # then its source is the network's own from now on, derived from the guideline
    assert cell(author, "EX-05 Bron").input_value() == "local; ESC21 Table 21"
    assert cell(author, "EX-05 Sterkte").input_value() == "local"

    # and a text elsewhere that names the old limit still keeps it from being signed
    author.opens(draft)
    author.sees("regel TD-16: het getal 90 in de tekst staat in geen cel van de regel")
    assert author.page.get_by_role("button", name="Indienen bij de partners").count() == 0
    author.opens(f"{draft}to_do/")
    cell(author, "TD-16 Waarom (Nederlands)").fill("Meet de saturatie: onder 91% is het spoed.")
    cell(author, "TD-16 Waarom (Engels)").fill("Measure the saturation: below 91% is an emergency.")
    author.presses("Bewaren en controleren")

    # then who signs reads text, source and grade of before and after beside the cells
    author.opens(draft)
    author.sees(
        "Saturatie onder 90%: zuurstof nodig.",
        "Saturatie onder 91%: zuurstof nodig.",
        "ESC21 Table 21",
        "local; ESC21 Table 21",
    )
    author.looks()
    author.fills(valid_from=day(today), because="Met elkaar besproken.")
    author.presses("Indienen bij de partners")
    author.sees("U schreef deze wijziging zelf", "nog niet ondertekend")
