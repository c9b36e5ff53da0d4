"""Threads are shared out by client."""

from tallystick.doors.turns import Turns


def test_one_client_never_has_all_threads_and_its_next_work_follows_its_last():
    started: list[str] = []
    turns: Turns[str] = Turns(threads=4, most=10, start=started.append)

    asked = [turns.ask("greedy", f"greedy {number}") for number in range(5)]
    asked.append(turns.ask("modest", "modest 0"))
    turns.done("greedy")

    assert all(asked)
    assert started == ["greedy 0", "greedy 1", "greedy 2", "modest 0", "greedy 3"]


def test_what_is_too_much_for_one_client_is_refused_and_only_for_that_one():
    turns: Turns[int] = Turns(threads=4, most=5, start=lambda work: None)

    asked = [turns.ask("greedy", number) for number in range(7)]

    assert asked == [True] * 5 + [False] * 2
    assert turns.ask("modest", 0)


def test_a_client_that_is_done_is_forgotten():
    turns: Turns[int] = Turns(threads=4, most=5, start=lambda work: None)
    for number in range(5):
        turns.ask("greedy", number)

    for _ in range(5):
        turns.done("greedy")

    assert turns.clients() == 0
    assert turns.ask("greedy", 0)
