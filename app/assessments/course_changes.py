"""What a corrected course changes for a practical that was planned before: requirements and checklist."""

from collections.abc import Iterator

from app.assessments.reasons import pass_rule
from app.courses.domain.delivery import Checklist, Course, PracticalKind, Step
from app.kit.messages import Message, msg, msgs


def differences(old: Course, new: Course, kind_key: str) -> tuple[Message, ...]:
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
) -> Iterator[Message]:
    titles = {module.key: module.title for module in (*old.modules, *new.modules)}
    for key in after.requires:
        if key not in before.requires:
            yield msg("Before booking, “{module}” is to be complete.", module=titles.get(key, key))
    for key in before.requires:
        if key not in after.requires:
            yield msg(
                "Before booking, “{module}” is no longer asked for.", module=titles.get(key, key)
            )
    if after.final_test != before.final_test:
        yield (
            msg("Before booking, the final test is to be passed.")
            if after.final_test
            else msg("Before booking, the final test is no longer asked for.")
        )
    if after.basic_life_support != before.basic_life_support:
        yield (
            msg("Before booking, a proof of basic life support is to be shown.")
            if after.basic_life_support
            else msg("Before booking, a proof of basic life support is no longer asked for.")
        )


def _rule(old: Checklist, new: Checklist) -> Iterator[Message]:
    before, after = pass_rule(old), pass_rule(new)
    for sentence in after:
        if sentence not in before:
            yield msg("Competent now needs: {sentence}", sentence=sentence)
    for sentence in before:
        if sentence not in after:
            yield msg("Competent no longer needs: {sentence}", sentence=sentence)


def _steps(old: Checklist, new: Checklist) -> Iterator[Message]:
    before = {step.key: step for step in old.steps}
    after = {step.key: step for step in new.steps}
    for step in new.steps:
        if step.key not in before:
            yield msg("New step: {step}.", step=step.text)
        else:
            yield from _step(before[step.key], step)
    for step in old.steps:
        if step.key not in after:
            yield msg("Step left out: {step}.", step=step.text)
    reworded = sum(
        (before[key].text, before[key].look_for, before[key].critical_reason)
        != (after[key].text, after[key].look_for, after[key].critical_reason)
        for key in before.keys() & after.keys()
    )
    if reworded:
        yield msgs("{n} step is reworded.", "{n} steps are reworded.", reworded)
    if [key for key in before if key in after] != [key for key in after if key in before]:
        yield msg("The steps stand in another order.")


def _step(before: Step, after: Step) -> Iterator[Message]:
    if before.critical != after.critical:
        yield (
            msg("Now critical: {step}.", step=after.text)
            if after.critical
            else msg("No longer critical: {step}.", step=after.text)
        )
    if before.unaided != after.unaided:
        yield (
            msg("Now to be done unaided: {step}.", step=after.text)
            if after.unaided
            else msg("No longer to be done unaided: {step}.", step=after.text)
        )
