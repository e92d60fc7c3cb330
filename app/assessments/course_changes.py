"""What a corrected course changes for a practical that was planned before: requirements and checklist."""

from collections.abc import Iterator

from app.assessments.reasons import pass_rule
from app.courses.domain.delivery import Checklist, Course, PracticalKind, Step


def differences(old: Course, new: Course, kind_key: str) -> tuple[str, ...]:
    """Return one sentence for each change; empty if nothing changes, or if a revision lacks the kind."""
    before, after = old.practical(kind_key), new.practical(kind_key)
    if before is None or after is None:
        return ()
    old_list, new_list = old.checklist(before.checklist), new.checklist(after.checklist)
    if old_list is None or new_list is None:
        return ()
    return (
        *_requirements(old, before, new, after),
        *_rule(old_list, new_list),
        *_steps(old_list, new_list),
    )


def _requirements(
    old: Course, before: PracticalKind, new: Course, after: PracticalKind
) -> Iterator[str]:
    titles = {module.key: module.title for module in (*old.modules, *new.modules)}
    for key in after.requires:
        if key not in before.requires:
            yield f"Before booking, “{titles.get(key, key)}” is to be complete."
    for key in before.requires:
        if key not in after.requires:
            yield f"Before booking, “{titles.get(key, key)}” is no longer asked for."
    if after.final_test != before.final_test:
        words = "is to be passed" if after.final_test else "is no longer asked for"
        yield f"Before booking, the final test {words}."
    if after.basic_life_support != before.basic_life_support:
        words = "is to be shown" if after.basic_life_support else "is no longer asked for"
        yield f"Before booking, a proof of basic life support {words}."


def _rule(old: Checklist, new: Checklist) -> Iterator[str]:
    before, after = pass_rule(old), pass_rule(new)
    for sentence in after:
        if sentence not in before:
            yield f"Competent now needs: {sentence}"
    for sentence in before:
        if sentence not in after:
            yield f"Competent no longer needs: {sentence}"


def _steps(old: Checklist, new: Checklist) -> Iterator[str]:
    before = {step.key: step for step in old.steps}
    after = {step.key: step for step in new.steps}
    for step in new.steps:
        if step.key not in before:
            yield f"New step: {step.text}."
        else:
            yield from _step(before[step.key], step)
    for step in old.steps:
        if step.key not in after:
            yield f"Step left out: {step.text}."
    reworded = sum(
        (before[key].text, before[key].look_for, before[key].critical_reason)
        != (after[key].text, after[key].look_for, after[key].critical_reason)
        for key in before.keys() & after.keys()
    )
    if reworded:
        yield f"{reworded} step{' is' if reworded == 1 else 's are'} reworded."
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield "The steps stand in another order."


def _step(before: Step, after: Step) -> Iterator[str]:
    if before.critical != after.critical:
        yield f"{'Now' if after.critical else 'No longer'} critical: {after.text}."
    if before.unaided != after.unaided:
        yield f"{'Now' if after.unaided else 'No longer'} to be done unaided: {after.text}."
