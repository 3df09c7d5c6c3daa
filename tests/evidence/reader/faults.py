"""Faults for the reader, each to be found by comparing it with another."""

import form
import rules
from lives import Lives
from rules import Consent, Meeting, Stay


def any_form():
    form.is_written_so = lambda value, line: True


def a_millisecond():
    rules.ceil = rules.floor


def no_refusals():
    def withdraw(self, at, by, scope):
        self.withdrawals.append((scope, at))
        for consent in self.cells(scope):
            consent.withdrew()

    Stay.withdraw = withdraw


def no_challenge():
    renew = Meeting.renew

    def renew_at_joining(self, entry, line_hash):
        if entry["event"] == "joined":
            renew(self, entry, line_hash)

    Meeting.renew = renew_at_joining


def lifts_all():
    def lifted(self, by, at):
        self.restricted = frozenset()

    Consent.lifted = lifted


def later_names():
    Meeting.named = lambda self, scope: scope


def any_reason():
    Meeting.may_refused = lambda self, at, entry: None


def any_end():
    Meeting.may_expired = lambda self, at, entry: rules.need(entry["who"] in self.present)


def any_life():
    Lives.may = lambda self, line, meeting: True
    Lives.apply = lambda self, index, line, meeting: None


def any_number():
    Lives.are_all = lambda self, numbers, whom, narrowed: True


def any_tap():
    Lives.can_carry = lambda self, tap, whom: True


def no_end_of_taps():
    settle = Lives.settle

    def settle_and_go_on(self, index, narrowing, taps):
        settle(self, index, narrowing, taps)
        for tap in self.taps.values():
            tap.is_closed = False

    Lives.settle = settle_and_go_on


PLANTS = {
    "any form": any_form,
    "a millisecond": a_millisecond,
    "no refusals of children": no_refusals,
    "no challenge": no_challenge,
    "lifts all": lifts_all,
    "names that come later": later_names,
    "any reason": any_reason,
    "any end": any_end,
    "any life": any_life,
    "any number": any_number,
    "any tap": any_tap,
    "no end of taps": no_end_of_taps,
}
