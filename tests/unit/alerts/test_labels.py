"""Every word of the alert floor can be shown to people."""

from alerts import labels
from alerts.domain.settings import NUMBERS, SEVERITIES
from alerts.domain.states import AlertState, EventAction, Note, ProposedAction, Rule


def test_every_rule_state_event_note_and_action_has_words() -> None:
    assert set(labels.RULES) == set(labels.RULE_HELP) == set(Rule)
    assert set(labels.STATES) == set(AlertState)
    assert set(labels.EVENTS) == set(EventAction)
    assert set(labels.NOTES) == set(Note)
    assert set(labels.PROPOSED) == set(ProposedAction)
    assert set(labels.SEVERITIES) >= set(SEVERITIES.values())


def test_every_threshold_has_words() -> None:
    assert set(labels.NUMBERS) == {name for numbers in NUMBERS.values() for name in numbers}


def test_a_persons_note_is_shown_as_written() -> None:
    assert labels.note_text("Called, pays on Friday") == "Called, pays on Friday"
    assert str(labels.note_text(Note.CAUSE_ENDED)) == "The cause has ended."


def test_every_rule_says_what_it_proposes() -> None:
    assert all(str(labels.proposed_action(rule)) for rule in Rule)
