"""Is one text a copy of the other? The rule on a pair's evidence, and its reason.

`judge` states the rule; `lua/rule.lua` states it again for Redis, on estimates, and a test compares the two.
An archive pass counts the evidence, the index estimates it.

Texts that share enough may still be about two events: what differs between them decides, not how much. Within
one outlet an equal frame with anything else in its slots is another event. Across outlets a copy keeps its
names and is reworded, cut and added to; what differs in nothing but its slots is a template filled in twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dedup.comparison.differences import LEAD, Differences, Fillers, Slot, SlotKind
from dedup.comparison.verdict import Evidence, Ground, Reason, Verdict
from dedup.parameters import Thresholds

NEAR_MISS = 0.1
"""So far below the required containment a pair is still a near miss: the error of an index's estimates."""

OWN_LEAD = 2
"""Words that two articles of one outlet each have in the place of the other's where they begin: they report
two things, whatever note stands below both..."""
OWN_SHARE = 16
"""...or one for every so many words that they share, anywhere."""
CUT = 12
"""Words that one text may have more at its beginning or end and still be the other's frame, filled in
again."""
MOST_NOTES = 80
"""Words of the notes that an outlet sets below an article."""
MOST_WORDS = 2
"""Single words that are exchanged between two frames and may be names; more are a desk's work."""
BULLETIN = 80
"""Words of a bulletin for each figure that changes from issue to issue; a longer text is a report,
updated."""
NAMES_OF_AN_EDITION = 2
"""Names that are certain to be names, exchanged in the lead: then the text is no edition, however much else
was reworded. One may be another word beside a title."""
EDITS_OF_A_NAME = 3
"""Marks of editing that one name leaves out of account where it is certain that it is one: so many words of
a template a desk exchanges. A text that was reworked throughout has more, and may spell a place its own way.
"""

_SLOT_REASONS = {
    SlotKind.PERSON: Reason.OTHER_PEOPLE,
    SlotKind.NAME: Reason.OTHER_PEOPLE,
    SlotKind.WORD: Reason.OTHER_PEOPLE,
    SlotKind.PLACE: Reason.OTHER_PLACE,
    SlotKind.AFTER_PREPOSITION: Reason.OTHER_PLACE,
}
_NAMING = frozenset({SlotKind.PERSON, SlotKind.PLACE, SlotKind.NAME, SlotKind.AFTER_PREPOSITION})


def judge(evidence: Evidence, thresholds: Thresholds, *, required: float | None = None) -> Verdict:
    """Decide on a pair. See `Thresholds` for what each bound is for.

    Args:
        evidence: What is known of the pair.
        thresholds: The bounds.
        required: The containment that a copy needs, instead of the one that depends on the sources.
    """
    reason = Reason.EXACT if evidence.same_words else _reason(evidence, thresholds, required)
    containment = evidence.containment
    return Verdict(
        duplicate=reason.is_copy,
        reason=reason,
        similarity=1.0 if evidence.same_words else containment,
        jaccard=evidence.jaccard,
        containment=containment,
        figures_kept=evidence.figures_kept,
        figures_changed=evidence.figures_changed,
        opening=evidence.opening,
        sizes=evidence.sizes,
    )


def _reason(evidence: Evidence, limits: Thresholds, required: float | None) -> Reason:
    if not _shares_enough(evidence, limits, required):
        return Reason.DIFFERENT
    if evidence.differing is not None and _may_be_edition(evidence, limits):
        names = [slot for slot in evidence.differing.slots if slot.certain_names and slot.at < LEAD]
        if sum(slot.certain_names for slot in names) >= NAMES_OF_AN_EDITION:
            return _slot_reason(names)
    if _has_other_figures(evidence, limits):
        return Reason.OTHER_FIGURES
    if evidence.differing is not None:
        other = other_event(
            evidence.differing,
            same_source=evidence.same_source,
            hours_apart=evidence.hours_apart,
            hours_of_a_day=limits.hours_apart,
        )
        if other is not None:
            return other
    return relation(evidence, limits)


def ground(reason: Reason, evidence: Evidence, limits: Thresholds) -> Ground | None:
    """What decided that a pair is no copy, where its reason does not say it.

    Args:
        reason: What `judge` gave as the reason.
        evidence: What it was given, with what differs.
        limits: The bounds.
    """
    differing = evidence.differing
    kinds = {slot.kind for slot in differing.slots} if differing else set()
    if reason is Reason.OTHER_PEOPLE and not kinds & {SlotKind.PERSON, SlotKind.NAME}:
        return Ground.WORD
    if reason is not Reason.DIFFERENT or evidence.containment < required_containment(evidence, limits):
        return None
    if min(evidence.sizes) < limits.short:
        return Ground.SHORT
    return Ground.OWN_MATTER if differing else Ground.QUOTED


def relation(evidence: Evidence, limits: Thresholds) -> Reason:
    """What a copy is to the text that it is a copy of, where the two are not equal."""
    first, second = evidence.sizes
    if evidence.jaccard >= limits.near:
        return Reason.NEAR
    if _is_edition(evidence, limits) and min(first, second) >= limits.edition_words * max(first, second):
        return Reason.NEAR
    return Reason.CONTAINS if first > second else Reason.CONTAINED


def _shares_enough(evidence: Evidence, limits: Thresholds, required: float | None) -> bool:
    """Whether so much is shared, and in such places, that one text may be a copy of the other."""
    if min(evidence.sizes) < limits.short:
        return evidence.jaccard >= limits.jaccard_short
    if _is_quotation(evidence, limits):
        return False
    if required is not None:
        return evidence.containment >= required
    return (
        evidence.containment >= required_containment(evidence, limits)
        or _is_reworded(evidence, limits)
        or _is_edition(evidence, limits)
    )


def _has_other_figures(evidence: Evidence, limits: Thresholds) -> bool:
    """Whether the figures are those of two reports from one template."""
    if min(evidence.sizes) < limits.short:
        return evidence.figures_changed > 0
    return _is_template(evidence, limits)


def is_near(evidence: Evidence, limits: Thresholds) -> bool:
    """Whether a pair that is no copy came close to it, so that a person may want to look at it.

    It shares almost enough, and its numbers are not those of another day's report from the same template.
    """
    kept, changed = evidence.figures_kept, evidence.figures_changed
    return (
        min(evidence.sizes) >= limits.short
        and evidence.containment >= required_containment(evidence, limits) - NEAR_MISS
        and (changed <= limits.figures_changed or kept >= (kept + changed) * (limits.figures_kept - 0.2))
    )


def required_containment(evidence: Evidence, limits: Thresholds) -> float:
    """The containment from which on a pair counts as copies, by what is known of its sources."""
    if evidence.same_source is None:
        return limits.containment
    return limits.containment_same_source if evidence.same_source else limits.containment_other_source


def _is_reworded(evidence: Evidence, limits: Thresholds) -> bool:
    """Whether a copy had words swapped throughout: that breaks runs of five sooner than pairs."""
    return (
        evidence.pairs_shared is not None
        and not evidence.same_source
        and evidence.containment >= limits.reworded
        and evidence.pairs_shared >= limits.reworded_pairs
        and evidence.figures_changed <= limits.figures_changed
    )


def _is_edition(evidence: Evidence, limits: Thresholds) -> bool:
    """Whether a copy had one word in ten or five changed: most runs of five are broken, the order holds.

    Before two texts are aligned, whether they may be so.
    """
    if not _may_be_edition(evidence, limits):
        return False
    return evidence.differing is None or evidence.differing.share >= limits.edition_words


def _may_be_edition(evidence: Evidence, limits: Thresholds) -> bool:
    return (
        evidence.pairs_shared is not None
        and not evidence.same_source
        and min(evidence.sizes) >= limits.edition_size
        and limits.edition <= evidence.containment < limits.reworded
        and evidence.pairs_shared >= limits.edition_pairs
        and evidence.figures_changed <= limits.figures_changed
    )


def _is_template(evidence: Evidence, limits: Thresholds) -> bool:
    """Whether the numbers differ as those of two reports from one template do."""
    kept, changed = evidence.figures_kept, evidence.figures_changed
    if kept >= (kept + changed) * limits.figures_kept:
        return False
    by_length = min(evidence.sizes) // limits.figures_length
    if changed > max(limits.figures_changed, by_length):
        return True
    apart = evidence.hours_apart is not None and evidence.hours_apart >= limits.hours_apart
    return apart and changed > by_length


def _is_quotation(evidence: Evidence, limits: Thresholds) -> bool:
    """Whether one text opens with other matter, at length, and quotes the other below.

    So does a follow-up. A copy with an added lead goes on with the copied text in its first half.
    """
    return (
        evidence.opening is not None
        and evidence.opening < limits.opening
        and evidence.containment < (limits.whole_estimated if evidence.estimated else limits.whole)
    )


def other_event(
    differing: Differences, *, same_source: bool | None, hours_apart: float | None, hours_of_a_day: float
) -> Reason | None:
    """Why two alike texts are not about the same event; None where they are, as far as can be seen.

    Args:
        differing: What differs between them.
        same_source: Whether one outlet published both; None where that is not known.
        hours_apart: Hours between them; None where that is not known.
        hours_of_a_day: From so many hours on they are of two days.
    """
    next_day = hours_apart is not None and hours_apart >= hours_of_a_day
    if same_source:
        return _within_an_outlet(differing, next_day=next_day)
    return _across_outlets(differing, next_day=next_day)


def _within_an_outlet(differing: Differences, *, next_day: bool) -> Reason | None:
    naming = [slot for slot in differing.slots if slot.kind in _NAMING]
    if not naming and _has_own_matter(differing):
        return Reason.DIFFERENT
    if naming or (differing.slots and (next_day or _is_frame(differing))):
        return _slot_reason(naming or differing.slots)
    if differing.dates + differing.measures or (next_day and differing.counts):
        return Reason.OTHER_FIGURES
    return None


def _has_own_matter(differing: Differences) -> bool:
    """Whether either text says something else, at its beginning or at some length."""
    own_share = differing.own * OWN_SHARE
    return differing.own_lead >= OWN_LEAD or own_share > max(differing.shared, MOST_NOTES)


@dataclass(frozen=True, slots=True)
class _Exchanges:
    """What two articles of two outlets have in each other's place.

    Attributes:
        naming: Slots filled with other names.
        worded: Slots filled with another single word.
        names: Distinct exchanges of names.
        words: Distinct exchanges of single words.
        edits: Marks of editing: words exchanged, rewordings, insertions.
        is_frame: Nothing differs but slots.
        is_whole_frame: Nor does either text have words that the other lacks.
    """

    naming: Sequence[Slot]
    worded: Sequence[Slot]
    names: int
    words: int
    edits: int
    is_frame: bool
    is_whole_frame: bool

    @classmethod
    def between(cls, differing: Differences) -> "_Exchanges":
        naming = [slot for slot in differing.slots if slot.kind in _NAMING]
        worded = [slot for slot in differing.slots if slot.kind is SlotKind.WORD]
        words = _distinct(worded, differing.slots)
        is_frame = _is_frame(differing)
        return cls(
            naming=naming,
            worded=worded,
            names=_distinct(naming, differing.slots),
            words=words,
            edits=differing.rewordings + differing.insertions + words,
            is_frame=is_frame,
            is_whole_frame=is_frame and not differing.insertions + differing.edges,
        )

    def certain_names(self) -> Sequence[Slot]:
        """Names in the lead that are certain to be names, where they outweigh the marks of editing."""
        certain = [slot for slot in self.naming if slot.certain_names and slot.at < LEAD]
        weight = sum(slot.certain_names for slot in certain) * EDITS_OF_A_NAME
        return certain if weight >= max(self.edits, 1) else ()

    def prevailing_names(self) -> Sequence[Slot]:
        """Names from the lead on, where little but names was exchanged."""
        prevail = self.names > self.edits or (self.is_frame and self.names >= self.words)
        return self.naming if prevail and _begin_early(self.naming) else ()

    def balanced_names(self) -> Sequence[Slot]:
        """Names of about the same length in both texts, where few words were edited."""
        balanced = [slot for slot in self.naming if slot.is_balanced]
        few_edits = self.words <= self.names and self.edits <= min(2 * self.names, EDITS_OF_A_NAME)
        return balanced if few_edits and _begin_early(balanced) else ()

    def lone_words(self) -> Sequence[Slot]:
        """Single words that may be names, where nothing else differs but names."""
        slots = [*self.naming, *self.worded]
        alone = self.is_whole_frame and self.words <= MOST_WORDS
        return slots if alone and _begin_early(slots) else ()


def _across_outlets(differing: Differences, *, next_day: bool) -> Reason | None:
    exchanges = _Exchanges.between(differing)
    slots = (
        exchanges.certain_names()
        or exchanges.prevailing_names()
        or exchanges.balanced_names()
        or exchanges.lone_words()
    )
    if slots:
        return _slot_reason(slots)
    if exchanges.is_frame and _is_another_issue(differing, next_day=next_day):
        return Reason.OTHER_FIGURES
    return None


def _is_another_issue(differing: Differences, *, next_day: bool) -> bool:
    """Whether the figures that differ are those of two issues of one bulletin."""
    figures = differing.measures + (differing.counts if next_day else 0)
    return bool(differing.dates or (figures and figures * BULLETIN >= differing.shared))


def _begin_early(slots: Iterable[Slot]) -> bool:
    """Whether the first of them stands where an article names its event."""
    return any(slot.at < LEAD for slot in slots)


def _is_frame(differing: Differences) -> bool:
    """Whether nothing differs but slots, as in a template filled in twice; a name may be longer."""
    return not differing.rewordings and differing.insertions <= 1 and differing.edges <= CUT


def _distinct(slots: Iterable[Slot], among: Iterable[Slot]) -> int:
    """How many exchanges some slots are: one that is made throughout a text, or in part again, counts once.

    Args:
        slots: The slots to count.
        among: All slots of the pair.
    """
    fillers = {slot.fillers for slot in slots}
    return len(fillers) - len(_partial(fillers, {slot.fillers for slot in among}))


def _partial(fillers: Iterable[Fillers], among: Iterable[Fillers]) -> set[Fillers]:
    """The exchanges that are a part of another: a first name for a first name, of two full names."""
    return {part for part in fillers if any(_is_part_of(part, whole) for whole in among)}


def _is_part_of(part: Fillers, whole: Fillers) -> bool:
    shorter = sum(map(len, part)) < sum(map(len, whole))
    return shorter and all(set(words) <= set(more) for words, more in zip(part, whole, strict=True))


def _slot_reason(slots: Sequence[Slot]) -> Reason:
    return _SLOT_REASONS[slots[0].kind]
