"""Choosing the bank or clearing account that payments of each method lie on in Xero."""

from functools import partial
from uuid import UUID

from tallystick.english import counted
from tallystick.mapping.chosen_records import ACCOUNT
from tallystick.mapping.paying import method_key
from tallystick.mapping.payment_methods import NEWEST, method_accounts, used_methods
from tallystick.mapping.proposing_accounts import propose_method_account
from tallystick.mapping.services import Choices, choose_method_account
from tallystick.mirror.models import Account
from tallystick.sync.acts.changing_rules import release_unapproved, save_policy
from tallystick.sync.links.record_kinds import PAYMENT_RULE
from tallystick.sync.links.sync_rules import policy_of
from tallystick.sync.models import WhenDraft
from tallystick.sync.reports.waiting_sums import APPROVAL
from tallystick.web.forms.choices import ChoiceRow, ChoicesForm, Keep
from tallystick.web.forms.picker import Offered, option_of_account
from tallystick.web.forms.sync_rules import rule_of
from tallystick.workspaces.models import User

#: So many methods have a row, those used most; the rest goes with all others.
MOST = 200


class PaymentMethodsForm(ChoicesForm):
    """An account for each method in use and for all others, and what payments of drafts do."""

    below = "when_draft"

    def fill(self, choices: Choices) -> None:
        chosen = method_accounts(self.organisation)
        named = {key: (one.method, 0) for key, one in chosen.items() if key}
        found = used_methods(self.organisation.workspace, at_most=MOST)
        used, self.counted = dict(found.methods), found.counted
        #: How many methods have a row, where that is not each; else 0.
        self.shown_of_more = 0 if found.is_whole else len(used)
        unused = {key: one for key, one in named.items() if not used.get(key, one)[1]}
        #: How a method is written, and how many payments name it, whatever the letter case.
        self.methods = dict(sorted((used | unused).items()))
        accounts = _grouped(choices.payment_accounts)
        for key, (method, _) in [*self.methods.items(), ("", ("", 0))]:
            own = chosen.get(key)
            self.offer(
                _name(key),
                f"Account of {method or 'all others'}",
                [("", "As all others" if key else "Choose an account"), *accounts],
                chosen=str(own.account_id) if own else "",
                key=method_key(key),
                keep=self._keep_account(method),
                propose=partial(propose_method_account, method, choices),
                noun=ACCOUNT,
                recent=self.recent.payment_accounts,
            )
        self._offer_when_draft()

    def _offer_when_draft(self) -> None:
        self.offer(
            self.below,
            "Where the document is not approved in Xero yet",
            WhenDraft.choices,
            chosen=policy_of(self.organisation, PAYMENT_RULE).when_draft,
            key=APPROVAL,
            keep=self._keep_when_draft,
            help_text="Xero takes payments and credits on approved documents only.",
        )

    def rows(self) -> list[ChoiceRow]:
        found = [
            ChoiceRow(method, _counted(count, self.counted), {"Account": self.choice(_name(key))})
            for key, (method, count) in self.methods.items()
        ]
        return [
            *found,
            ChoiceRow(
                "All others",
                "Whatever has no account of its own above, and payments without a method.",
                {"Account": self.choice(_name(""))},
            ),
        ]

    def _keep_account(self, method: str) -> Keep:
        return lambda chosen, actor: choose_method_account(
            organisation=self.organisation,
            method=method,
            account_id=UUID(chosen) if chosen else None,
            actor=actor,
        )

    def _keep_when_draft(self, chosen: str, actor: User) -> None:
        kept = rule_of(policy_of(self.organisation, PAYMENT_RULE)) | {"when_draft": chosen}
        save_policy(organisation=self.organisation, kind=PAYMENT_RULE, actor=actor, **kept)
        if chosen == WhenDraft.APPROVE:
            release_unapproved(self.organisation)


def _grouped(accounts: list[Account]) -> list[Offered]:
    banks = [_account(one) for one in accounts if one.type == "BANK"]
    others = [_account(one) for one in accounts if one.type != "BANK"]
    groups = (("Bank accounts", banks), ("Other accounts that take payments", others))
    return [(name, offered) for name, offered in groups if offered]


def _account(account: Account) -> Offered:
    return str(account.xero_id), option_of_account(account)


def _name(key: str) -> str:
    """Return a name that any method makes and that stays the same: its bytes in hexadecimal."""
    return f"method-{key.encode().hex()}"


def _counted(count: int, of: int) -> str:
    """Say how many payments name a method, of the newest where those are all that was counted."""
    if of < NEWEST:
        return counted(count, "payment")
    return f"{f'{count:,}' if count else 'none'} of the newest {NEWEST:,} payments"
