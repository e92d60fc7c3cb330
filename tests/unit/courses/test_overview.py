"""What the page of published courses says about a course."""

from app.courses.overview import figures_in_words


def test_a_count_of_one_has_its_noun_in_the_singular():
    counted = {"modules": 1, "lessons": 2, "words": 1, "cases": 0}
    figures = [(str(noun), count) for noun, count in figures_in_words(counted)]
    assert figures == [("module", 1), ("lessons", 2), ("word", 1)]
