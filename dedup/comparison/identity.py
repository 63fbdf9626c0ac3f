"""Do two texts that are alike name the same event? What differs between them decides, not how much.

Within one outlet an equal frame with anything else in its slots is another event. Across outlets a copy
keeps its names and is reworded, cut and added to; what differs in nothing but its slots is a template
filled in twice.
"""

from collections.abc import Iterable

from dedup.comparison.differences import LEAD, Differences, Fillers, Slot, SlotKind
from dedup.comparison.reasons import Reason

OWN_LEAD = 2
"""Words that two articles of one outlet each have in the place of the other's where they begin: they report
two things, whatever note stands below both..."""
OWN_SHARE = 16
"""...or one for every so many words that they share, anywhere."""
CUT = 12
"""Words that one text may have more at its beginning or end and still be the other's frame, filled in
anew."""
MOST_NOTES = 80
"""Words of the notes that an outlet sets below an article."""
MOST_WORDS = 2
"""Single words that are exchanged between two frames and may be names; more are a desk's work."""
BULLETIN = 80
"""Words of a bulletin for each figure that changes from issue to issue; a longer text is a report,
updated."""
EDITS_OF_A_NAME = 3
"""Marks of editing that one name leaves out of account where it is certain that it is one: so many words of
a template a desk exchanges. A text that was reworked throughout has more, and may spell a place its own way.
"""

_REASONS = {
    SlotKind.PERSON: Reason.OTHER_PEOPLE,
    SlotKind.NAME: Reason.OTHER_PEOPLE,
    SlotKind.WORD: Reason.OTHER_PEOPLE,
    SlotKind.PLACE: Reason.OTHER_PLACE,
    SlotKind.AFTER_PREPOSITION: Reason.OTHER_PLACE,
}
_NAMING = frozenset({SlotKind.PERSON, SlotKind.PLACE, SlotKind.NAME, SlotKind.AFTER_PREPOSITION})


def other_event(
    found: Differences, *, same_source: bool | None, hours_apart: float | None, hours_of_a_day: float
) -> Reason | None:
    """Why two alike texts are not about the same event; None where they are, as far as can be seen.

    Args:
        found: What differs between them.
        same_source: Whether one outlet published both; None where that is not known.
        hours_apart: Hours between them; None where that is not known.
        hours_of_a_day: From so many hours on they are of two days.
    """
    next_day = hours_apart is not None and hours_apart >= hours_of_a_day
    if same_source:
        return _within_an_outlet(found, next_day=next_day)
    return _across_outlets(found, next_day=next_day)


def _within_an_outlet(found: Differences, *, next_day: bool) -> Reason | None:
    named = [slot for slot in found.slots if slot.kind in _NAMING]
    if not named and (found.own_lead >= OWN_LEAD or found.own * OWN_SHARE > max(found.shared, MOST_NOTES)):
        return Reason.DIFFERENT
    if named or (found.slots and (next_day or _is_frame(found))):
        return _reason(named or found.slots)
    if found.dates + found.measures or (next_day and found.counts):
        return Reason.OTHER_FIGURES
    return None


def _across_outlets(found: Differences, *, next_day: bool) -> Reason | None:
    named = [slot for slot in found.slots if slot.kind in _NAMING]
    worded = [slot for slot in found.slots if slot.kind is SlotKind.WORD]
    names, words = _distinct(named, found.slots), _distinct(worded, found.slots)
    edits = found.rewordings + found.insertions + words
    certain = [slot for slot in named if slot.certain_names and slot.at < LEAD]
    if sum(slot.certain_names for slot in certain) * EDITS_OF_A_NAME >= max(edits, 1):
        return _reason(certain)
    if _begin_early(named) and (names > edits or (_is_frame(found) and names >= words)):
        return _reason(named)
    balanced = [slot for slot in named if slot.is_balanced]
    if _begin_early(balanced) and words <= names and edits <= min(2 * names, EDITS_OF_A_NAME):
        return _reason(balanced)
    if not _is_frame(found):
        return None
    if not named and _begin_early(worded) and words <= MOST_WORDS and not found.insertions + found.edges:
        return _reason(worded)
    figures = found.measures + (found.counts if next_day else 0)
    if found.dates or (figures and figures * BULLETIN >= found.shared):
        return Reason.OTHER_FIGURES
    return None


def _begin_early(slots: Iterable[Slot]) -> bool:
    """Whether the first of them stands where an article names its event."""
    return any(slot.at < LEAD for slot in slots)


def _is_frame(found: Differences) -> bool:
    """Whether nothing differs but slots, as in a template filled in twice; a name may be longer."""
    return not found.rewordings and found.insertions <= 1 and found.edges <= CUT


def _distinct(slots: Iterable[Slot], among: Iterable[Slot]) -> int:
    """How many exchanges some slots are: one that is made throughout a text, or in part again, counts once.

    Args:
        slots: The slots to count.
        among: All slots of the pair.
    """
    fillers = {slot.fillers for slot in slots}
    known = {slot.fillers for slot in among}
    return sum(not any(_repeats(one, other) for other in known if other != one) for one in fillers)


def _repeats(one: Fillers, other: Fillers) -> bool:
    """Whether an exchange is a part of another: a first name for a first name, of two full names."""
    shorter = sum(map(len, one)) < sum(map(len, other))
    return shorter and all(set(mine) <= set(theirs) for mine, theirs in zip(one, other, strict=True))


def _reason(slots: Iterable[Slot]) -> Reason:
    return _REASONS[next(iter(slots)).kind]
