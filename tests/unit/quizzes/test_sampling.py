"""Drawing: chance, secrecy and stability of orders and tokens."""

from collections import Counter

import pytest

from app.quizzes.domain.sampling import draw
from app.quizzes.domain.stored import read_drawn, write_drawn
from tests.make.quizzes import a_question, a_quiz

TEN = tuple(a_question(f"q{number}") for number in range(10))


def test_the_same_seed_draws_the_same():
    """R-053: a reload, another device or a late job sees the same order."""
    quiz = a_quiz(*TEN)
    assert draw(quiz, "seed") == draw(quiz, "seed")


def test_other_seeds_draw_other_orders():
    """R-053: two students see different orders of questions and of options."""
    quiz = a_quiz(*TEN)
    first, other = draw(quiz, "one"), draw(quiz, "other")
    assert [question.key for question in first] != [question.key for question in other]
    orders = {
        tuple(option.key for option in question.options)
        for seed in ("one", "other", "third")
        for question in draw(quiz, seed)
        if question.key == "q0"
    }
    assert len(orders) > 1


def test_the_order_of_one_question_tells_nothing_about_another():
    """R-051: equal keys in two questions are not shuffled alike."""
    quiz = a_quiz(a_question("q0"), a_question("q1"))
    alike = 0
    for seed in map(str, range(200)):
        first, other = draw(quiz, seed)
        alike += [o.key for o in first.options] == [o.key for o in other.options]
    assert alike < 30


def test_every_question_and_option_is_there_once():
    drawn = draw(a_quiz(*TEN), "seed")
    assert sorted(question.key for question in drawn) == sorted(each.key for each in TEN)
    for question in drawn:
        assert sorted(option.key for option in question.options) == ["o0", "o1", "o2", "o3"]


def test_an_author_may_keep_the_order():
    questions = [a_question(f"q{number}", shuffle_options=False) for number in range(10)]
    drawn = draw(a_quiz(*questions, shuffle=False), "seed")
    assert [question.key for question in drawn] == [f"q{number}" for number in range(10)]
    assert [option.key for option in drawn[3].options] == ["o0", "o1", "o2", "o3"]


def test_a_part_is_drawn_by_chance_even_in_the_authors_order():
    quiz = a_quiz(*TEN, draw=3, shuffle=False)
    picks = [tuple(question.key for question in draw(quiz, str(seed))) for seed in range(200)]
    assert all(len(pick) == 3 and list(pick) == sorted(pick) for pick in picks)
    assert {key for pick in picks for key in pick} == {question.key for question in TEN}


def test_tokens_differ_between_attempts_and_questions_and_tell_nothing():
    """R-052: no token comes twice, and none can be made from what the browser knows."""
    quiz = a_quiz(*TEN)
    tokens = [
        option.token
        for seed in map(str, range(50))
        for question in draw(quiz, seed)
        for option in question.options
    ]
    assert len(set(tokens)) == len(tokens) == 50 * 10 * 4
    assert {len(token) for token in tokens} == {16}


def chi_square(counts: list[int]) -> float:
    expected = sum(counts) / len(counts)
    return sum((count - expected) ** 2 / expected for count in counts)


@pytest.mark.parametrize("correct", ["o0", "o1", "o2", "o3"])
def test_places_tell_nothing_about_the_right_option(correct):
    """R-051: over 1,000 draws the right option stands at each of four places equally often, and its
    token sorts first as often as any. 16.27 is the 99.9 per cent point of chi-square with 3 degrees."""
    quiz = a_quiz(a_question())
    places: Counter[int] = Counter()
    ranks: Counter[int] = Counter()
    for seed in range(1000):
        options = draw(quiz, f"student {seed}")[0].options
        token = next(option.token for option in options if option.key == correct)
        places[[option.key for option in options].index(correct)] += 1
        ranks[sorted(option.token for option in options).index(token)] += 1
    assert chi_square([places[place] for place in range(4)]) < 16.27
    assert chi_square([ranks[place] for place in range(4)]) < 16.27


def test_first_questions_are_equally_likely():
    quiz = a_quiz(*TEN)
    first = Counter(draw(quiz, f"student {seed}")[0].key for seed in range(1000))
    assert chi_square([first[question.key] for question in TEN]) < 27.88


def test_drawn_questions_survive_storage():
    quiz = a_quiz(a_question(), a_question("n", "numeric", options=0))
    drawn = draw(quiz, "seed")
    assert read_drawn(write_drawn(drawn)) == drawn
    assert [question.type for question in drawn] == [
        quiz.question(question.key).type for question in drawn
    ]
    choice = next(question for question in drawn if question.options)
    assert choice.key_of(choice.options[0].token) == choice.options[0].key
    assert choice.key_of("0" * 16) is None
    assert choice.tokens_of(["o2", "o1", "unknown"]) == tuple(
        option.token for option in choice.options if option.key in ("o1", "o2")
    )


def test_questions_that_must_be_right_are_in_every_attempt_and_the_others_change():
    decisive = {"q2", "q7"}
    pool = tuple(a_question(each.key, must_pass=each.key in decisive) for each in TEN)
    drawn = [
        {question.key for question in draw(a_quiz(*pool, draw=4), str(seed))} for seed in range(40)
    ]
    assert all(len(keys) == 4 and decisive < keys for keys in drawn)
    assert set().union(*drawn) == {each.key for each in TEN}


def test_they_stand_at_any_place_of_an_attempt():
    pool = tuple(a_question(each.key, must_pass=each.key == "q2") for each in TEN)
    places = {
        [question.key for question in draw(a_quiz(*pool, draw=4), str(seed))].index("q2")
        for seed in range(40)
    }
    assert places == {0, 1, 2, 3}


def test_without_one_the_draw_of_a_seed_is_what_it_always_was():
    keys = [question.key for question in draw(a_quiz(*TEN, draw=4), "seed")]
    assert keys == ["q9", "q0", "q2", "q4"]
