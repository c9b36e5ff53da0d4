"""The guards that keep each promise, each with how to take it away and the test that then fails."""

from dataclasses import dataclass

_BATCHES, _DOCUMENTS = "sync/engine/batches.py", "sync/push/documents.py"
_LOOKUP, _TRANSITIONS = "sync/lookup/document_lookup.py", "sync/links/transitions.py"
_SUBMITTING, _RETRYING = "sync/acts/submitting.py", "sync/acts/retrying.py"
_NEW_LINKS, _TOKENS = "sync/links/new_links.py", "connections/tokens.py"

#: A file under src/tallystick, the exact text there, and what stands in its place.
Edit = tuple[str, str, str]

PROMISES = {
    1: "no imaginary document",
    2: "never two",
    3: "no ghost",
    4: "nothing disappears",
    5: "Retry is free",
    6: "people's edits in Xero win",
    7: "equal to the cent",
    8: "the right books",
    9: "no waiting for Xero",
    10: "inside stays inside",
}


@dataclass(frozen=True)
class Guard:
    """One of them."""

    name: str
    #: The number of the promise that would not hold without it.
    promise: int
    edits: tuple[Edit, ...]
    #: The test that must fail without it, from the folder of tests.
    test: str
    #: What the engine's log then names, where the guard stands before a fault of the engine itself.
    fault: str = ""


GUARDS = (
    Guard(
        "queued with the submit: in its transaction, not after it",
        1,
        (
            (
                _SUBMITTING,
                "    link_documents(organisation, document_ids)\n",
                (
                    "    from django.db import transaction\n"
                    "    transaction.on_commit(lambda: link_documents(organisation, document_ids))\n"
                ),
            ),
        ),
        "sync/test_push.py::test_submitting_makes_no_call_and_is_queued_in_the_same_transaction",
    ),
    Guard(
        "the draft: only what is submitted gets a link",
        1,
        ((_NEW_LINKS, "      AND record.status = '{kind.live_status}'\n", ""),),
        "sync/test_guards.py::test_sync_now_leaves_drafts_alone",
    ),
    Guard(
        "the row lock of submitting: what is being cancelled gets no link",
        1,
        ((_NEW_LINKS, "    FOR SHARE OF record\n", ""),),
        "sync/test_acts.py::test_a_document_cancelled_while_sync_now_gathers_is_never_sent",
    ),
    Guard(
        "the ask: Xero is asked before anything is created",
        2,
        (
            (
                _DOCUMENTS,
                "ask_about_documents, hands.client, [one.pushed for one in ready]",
                "ask_about_documents, hands.client, []",
            ),
        ),
        "sync/test_kinds_push.py::test_what_a_forgetful_database_sends_again_is_confirmed_instead",
    ),
    Guard(
        "the lane: one worker at a time writes to one organisation",
        2,
        (
            (
                "sync/engine/lane_lease.py",
                "free = Q(leased_until=None) | Q(leased_until__lt=Now())",
                "free = Q()",
            ),
        ),
        "sync/test_push.py::test_a_lane_admits_one_holder_and_a_dead_ones_lease_runs_out",
    ),
    Guard(
        "the fence: whoever lost the lane sends nothing more",
        2,
        ((_BATCHES, "    lease.check()\n", ""),),
        "sync/test_guards.py::test_a_worker_that_loses_its_lane_before_it_sends_does_not_send",
    ),
    Guard(
        "the key: a lost request is repeated with the key that it had",
        2,
        (
            (
                _BATCHES,
                "request, key, links = sealed_request(batch), str(batch.key),",
                'request, key, links = sealed_request(batch), str(__import__("uuid").uuid4()),',
            ),
        ),
        "sync/test_kinds_push.py::"
        "test_a_lost_answer_doubles_no_document_of_any_kind[cut_after-key alive]",
    ),
    Guard(
        "the key's life: nothing is repeated that Xero has forgotten",
        2,
        (
            (
                _BATCHES,
                "return bool(batch.body) and fresh.exists()",
                "return bool(batch.body) and (fresh.exists() or True)",
            ),
        ),
        "sync/test_kinds_push.py::"
        "test_a_lost_answer_doubles_no_document_of_any_kind[cut_after-key dead]",
    ),
    Guard(
        "the marker: our copy is known by our own address on it",
        2,
        ((_LOOKUP, "    copies += found.by_uid.get(str(one.document.uid), [])\n", ""),),
        "sync/test_kinds_push.py::test_what_a_forgetful_database_sends_again_is_confirmed_instead",
    ),
    Guard(
        "the payment's number: a payment that Xero has is known as ours",
        2,
        (
            (
                "sync/lookup/settlement_lookup.py",
                '        if payment.number in (one.reference or ""):\n',
                "        if False:\n",
            ),
        ),
        "sync/test_payments_push.py::test_a_lost_answer_pays_nothing_twice[cut_after-key dead]",
    ),
    Guard(
        "the check: what Xero has changed is held against our links",
        2,
        (
            (
                "sync/pull/changes.py",
                "    if pulled.checked_by and page.records:\n",
                "    if False:\n",
            ),
        ),
        "sync/test_check.py::test_a_second_copy_of_a_draft_goes_and_the_first_is_kept",
    ),
    Guard(
        "the seal: what is sent is committed before it is sent",
        3,
        (
            (
                _BATCHES,
                (
                    "    batch = seal_batch(lease, writing, links)\n"
                    "    refused = deliver_batch(lease, client, writing.purpose, batch) if batch else None\n"
                ),
                (
                    "    from django.db import transaction\n"
                    "    transaction.set_autocommit(False)\n"
                    "    batch = seal_batch(lease, writing, links)\n"
                    "    refused = deliver_batch(lease, client, writing.purpose, batch) if batch else None\n"
                    "    transaction.commit()\n"
                    "    transaction.set_autocommit(True)\n"
                ),
            ),
        ),
        "sync/test_guards.py::test_what_was_sent_before_a_death_and_cancelled_after_it_does_not_stay",
    ),
    Guard(
        "the row lock: an answer waits for the cancellation that is under way",
        3,
        (
            (_TRANSITIONS, "list(rows.select_for_update()", "list(rows"),
            (_TRANSITIONS, 'links = wanted.select_for_update(of=("self",))', "links = wanted"),
        ),
        "sync/test_guards.py::test_an_answer_is_settled_only_after_the_cancellation_that_is_under_way",
    ),
    Guard(
        "the re-check before: what was cancelled since it was made ready is not sealed",
        3,
        (
            (
                _BATCHES,
                "still = [link for link in links if _is_as_it_was(link, now[link.pk])]",
                "still = list(links)",
            ),
        ),
        "sync/test_guards.py::test_what_is_being_cancelled_is_not_sealed",
    ),
    Guard(
        "the re-check after: what was cancelled meanwhile is retracted",
        3,
        ((_TRANSITIONS, "    elif link.is_withdrawn:\n", "    elif False:\n"),),
        "sync/test_push.py::test_cancelling_while_xero_holds_back_its_answer_leaves_no_live_copy",
    ),
    Guard(
        "the late ask: what became of a lost request is looked up once its key is dead",
        3,
        (
            (
                "sync/rounds/unknown_outcomes.py",
                'return hands.ask("batch.ask", partial(purpose.look, hands.client, links))',
                "return []",
            ),
        ),
        "sync/test_push.py::test_cancelled_while_the_outcome_is_unknown_no_copy_stays",
    ),
    Guard(
        "the late comer: what was sent too late is looked at",
        3,
        (
            (
                _BATCHES,
                "            settled_at=None, under_way",
                "            under_way",
            ),
        ),
        "sync/test_frozen_worker.py::"
        "test_what_a_frozen_worker_sends_late_of_a_cancelled_invoice_does_not_stay",
    ),
    Guard(
        "the send under way: what was never answered is not taken for ended",
        2,
        (
            (
                "sync/rounds/unknown_outcomes.py",
                "batch.under_way == 0 and",
                "batch.under_way < 2 and",
            ),
        ),
        "sync/test_bad_documents.py::"
        "test_a_breakdown_over_a_repeat_says_nothing_of_a_send_that_was_never_answered",
    ),
    Guard(
        "the unmentioned: what an answer leaves out goes back and is asked for",
        4,
        ((_BATCHES, "    each |= {pk: LinkVerdict(pk, message) for pk in missing}\n", ""),),
        "sync/test_answers.py::test_an_empty_answer_sends_nothing_twice",
    ),
    Guard(
        "the culprit: what Xero stumbles over goes in ever smaller company",
        4,
        (
            (
                _BATCHES,
                "step = min(size, max(1, BATCH // 4**tries)) if tries else size",
                "step = size",
            ),
        ),
        "sync/test_answers.py::test_a_customer_that_xero_stumbles_over_stops_alone",
    ),
    Guard(
        "the number: what only bears the same number is not ours",
        4,
        (
            (
                _LOOKUP,
                "            return number_taken(one, copy, content_of_copy(copy))\n",
                "            return confirmed_copy(one, copy, content_of_copy(copy), sent.revision)\n",
            ),
        ),
        "sync/test_push.py::test_a_number_that_somebody_else_uses_in_xero_is_held_with_both_sides",
    ),
    Guard(
        "the pairing: one record of Xero's is never two of ours",
        4,
        (
            (
                _TRANSITIONS,
                "if verdict.copy and owners.setdefault(verdict.copy.xero_id, link).pk != link.pk:",
                "if False and verdict.copy:",
            ),
        ),
        "sync/test_odd_records.py::test_a_contact_that_belongs_to_another_customer_already_is_a_question",
        fault="IntegrityError",
    ),
    Guard(
        "the token lock: one process at a time renews the access",
        4,
        (
            (
                _TOKENS,
                "free = Q(refreshing_until=None) | Q(refreshing_until__lte=Now())",
                "free = Q()",
            ),
        ),
        "connections/test_tokens.py::test_while_one_renews_the_others_go_on_with_the_old_token",
    ),
    Guard(
        "the token's generation: a late answer does not replace a newer one",
        4,
        (
            (
                _TOKENS,
                "            pk=held.pk, generation=held.generation, status=",
                "            pk=held.pk, status=",
            ),
        ),
        "connections/test_tokens.py::test_an_answer_that_a_new_consent_overtook_does_not_replace_it",
    ),
    Guard(
        "Retry: only what has stopped is queued anew",
        5,
        (
            (
                _RETRYING,
                "organisation__in=organisations, state__in=[LinkState.FAILED, LinkState.HELD]",
                "organisation__in=organisations",
            ),
        ),
        "sync/test_push.py::test_retry_is_free",
    ),
    Guard(
        "drift: a copy that a person changed is not overwritten",
        6,
        (
            (
                _LOOKUP,
                "return copy if is_ours else differs_there(one, copy, theirs)",
                "return copy",
            ),
        ),
        "sync/test_edits_push.py::test_touched_by_a_person_it_is_drift_with_its_three_sides",
    ),
    Guard(
        "the comparison: what somebody changes in Xero does not stay green",
        6,
        (
            (
                "sync/reconcile/compared_copies.py",
                "    elif found := drift_of(one, theirs, sent, here, as_sent=not _is_by_check(link)):\n",
                "    elif found := []:\n",
            ),
        ),
        "sync/test_drift_found.py::test_set_right_in_xero_the_question_goes_by_itself",
    ),
    Guard(
        "the choice: ours sent over theirs once does not go over what is changed later",
        6,
        ((_TRANSITIONS, "        link.forced_revision = None\n", ""),),
        "sync/test_drift_found.py::"
        "test_ours_sent_over_it_once_a_later_change_is_not_overwritten_by_a_retry",
    ),
    Guard(
        "letting go: a copy that is left to Xero is not found again by its marker",
        2,
        (
            (
                _LOOKUP,
                "    return copy.record_id.lower() in link.let_go\n",
                "    return False\n",
            ),
        ),
        "sync/test_drift_remedies.py::test_each_remedy_ends_the_trouble_of_a_document[bill]",
    ),
    Guard(
        "the look before a repeat: a lost edit is not sent again over what a person wrote since",
        6,
        (
            (
                "sync/rounds/unknown_outcomes.py",
                "    if not purpose.writes_over:\n",
                "    if True:\n",
            ),
        ),
        "sync/test_protocol_model.py::"
        "test_a_lost_edit_is_not_sent_again_over_what_a_person_wrote_since",
    ),
    Guard(
        "the total: what Xero makes another amount of is a question",
        7,
        (
            (
                _DOCUMENTS,
                "if record.total is not None and record.total != sent.total:",
                "if False:",
            ),
        ),
        "sync/test_answers.py::test_a_total_that_xero_makes_otherwise_is_a_question_at_once",
    ),
    Guard(
        "stated tax: it goes out with its line, and is not left to Xero's rate",
        7,
        (
            (
                "mapping/resolve.py",
                "            tax_amount=line.tax if line.tax_is_stated else None,\n",
                "",
            ),
        ),
        "sync/test_stated_tax_push.py::"
        "test_an_edit_sends_stated_tax_again_and_a_line_without_goes_back_to_the_rate",
    ),
    Guard(
        "the revision: what was edited since it was made ready is not sealed as it was",
        7,
        ((_BATCHES, "return is_due and revision_of(link) == revision_of(now)", "return is_due"),),
        "sync/test_edits_push.py::"
        "test_edited_between_being_made_ready_and_sealed_the_old_one_is_not_sent",
    ),
    Guard(
        "the binding: nothing goes to books that the workspace has left",
        8,
        ((_TOKENS, "                organisation=organisation,\n", ""),),
        "connections/test_tokens.py::test_nothing_is_sent_to_books_that_the_workspace_has_left",
    ),
    Guard(
        "the open transaction: none is open while Xero is called",
        9,
        (
            (
                "sync/engine/steps.py",
                "if transaction.get_connection().in_atomic_block:",
                "if False:",
            ),
        ),
        "sync/test_guards.py::test_xero_is_never_called_inside_a_transaction",
    ),
    Guard(
        "the access: no token is renewed inside a transaction",
        9,
        (
            (
                _TOKENS,
                "with transaction.atomic(durable=True):\n            rows",
                "with transaction.atomic():\n            rows",
            ),
        ),
        "connections/test_tokens.py::test_a_token_is_never_asked_for_inside_a_transaction",
    ),
    Guard(
        "the workspace: a list shows its own documents",
        10,
        (
            (
                "sync/reports/document_filter.py",
                "Document.objects.in_workspace(workspace).of_kind(kind)",
                "Document.objects.of_kind(kind)",
            ),
        ),
        "web/test_invoices.py::test_another_workspaces_invoices_are_not_shown",
    ),
    Guard(
        "the choice: nobody decides about another workspace's links",
        10,
        (
            (
                "sync/acts/decisions.py",
                "Link.objects.filter(organisation__workspace=workspace, pk__in=link_ids)",
                "Link.objects.filter(pk__in=link_ids)",
            ),
        ),
        "sync/test_choosing.py::test_deciding_is_for_those_who_may_and_on_their_own_workspace",
    ),
    Guard(
        "the vault: no token is stored in clear",
        10,
        (
            (
                "connections/fields.py",
                "return _vault(tuple(settings.ENCRYPTION_KEYS)).encrypt(value.encode()).decode()",
                "return value",
            ),
            (
                "connections/fields.py",
                "return _vault(tuple(settings.ENCRYPTION_KEYS)).decrypt(value.encode()).decode()",
                "return value",
            ),
        ),
        "connections/test_consent.py::"
        "test_tokens_and_verifiers_are_never_in_clear_in_the_database_in_logs_or_in_reprs",
    ),
)
