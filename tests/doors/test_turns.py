"""Threads are shared out by client."""

from tallystick.doors.turns import Turns


def test_one_client_never_has_all_threads_and_its_next_work_follows_its_last():
    started: list[str] = []
    turns: Turns[str] = Turns(threads=4, most=10, start=started.append)

    for number in range(5):
        turns.ask("greedy", f"greedy {number}")
    turns.ask("modest", "modest 0")
    turns.done("greedy")

    assert started == ["greedy 0", "greedy 1", "greedy 2", "modest 0", "greedy 3"]


def test_of_a_flood_the_newest_comes_first_and_the_oldest_that_waits_is_given_up():
    started: list[int] = []
    turns: Turns[int] = Turns(threads=4, most=5, start=started.append)

    given_up = [turns.ask("greedy", number) for number in range(10)]
    turns.done("greedy")

    assert given_up == [None] * 8 + [3, 4]
    assert started == [0, 1, 2, 9]
    assert turns.ask("modest", 100) is None


def test_a_client_that_is_done_is_forgotten():
    turns: Turns[int] = Turns(threads=4, most=5, start=lambda work: None)
    for number in range(5):
        turns.ask("greedy", number)

    for _ in range(5):  # three had started, two waited
        turns.done("greedy")

    assert turns.clients() == 0
