"""Credit: what a viewer gets who reads fast, slowly, or not at all."""

import random

import pytest

from lab.watch.window import MOST_ON_THE_WAY, Shown, Window


def frames(episode, count, size=10):
    return [Shown(episode, seq, b"%d/%d" % (episode, seq) + b"." * size) for seq in range(count)]


def names(sent):
    return [frame.data.partition(b".")[0].decode() for frame in sent]


def offered(window, stream):
    return names([due for frame in stream for due in window.offer(frame)])


def test_a_viewer_who_keeps_up_gets_every_frame():
    window = Window()
    for n, frame in enumerate(frames(1, 100), start=1):
        assert window.offer(frame) == [frame]
        window.ack(n)


def test_no_more_than_the_credit_is_on_the_way():
    window = Window(credit=3)
    assert offered(window, frames(1, 10)) == ["1/0", "1/1", "1/2"]
    assert names(window.ack(2)) == ["1/3", "1/4"]
    assert names(window.ack(2)) == []


def test_a_slow_viewer_sees_the_life_to_its_end_and_then_the_newest():
    window = Window(credit=2)
    offered(window, [*frames(1, 4), *frames(2, 4), *frames(3, 4), *frames(4, 4)])
    seen = []
    while due := names(window.ack(window.sent)):
        seen += due
    assert seen == ["1/2", "1/3", "4/0", "4/1", "4/2", "4/3"]


def test_there_is_never_a_gap_inside_a_shown_life():
    dice = random.Random(1)
    window, shown = Window(credit=4, most_waiting=600), []
    for episode in range(200):
        for frame in frames(episode, dice.randint(1, 12), size=dice.randint(0, 200)):
            shown += names(window.offer(frame))
            if dice.random() < 0.3:
                shown += names(window.ack(dice.randint(window.acked, window.sent)))
    assert len(shown) > 100
    last, following = -1, 0
    for name in shown:
        episode, seq = map(int, name.split("/"))
        if seq == 0:
            assert episode > last
        else:
            assert (episode, seq) == (last, following)
        last, following = episode, seq + 1


def test_what_waits_for_a_stuck_viewer_is_bounded():
    window = Window(most_waiting=10_000)
    for episode in range(50):
        offered(window, frames(episode, 40, size=1000))
        assert window._bytes == sum(len(frame.data) for frame in window._waiting) <= 11_100
    assert window.sent == 8
    assert window.stuck


def test_what_is_on_the_way_is_bounded_in_bytes_too():
    window = Window()
    assert offered(window, frames(1, 4, size=MOST_ON_THE_WAY // 2)) == ["1/0", "1/1"]
    assert names(window.ack(1)) == ["1/2"]


def test_one_frame_may_always_go():
    assert offered(Window(), frames(1, 2, size=2 * MOST_ON_THE_WAY)) == ["1/0"]


def test_who_comes_back_goes_on_after_the_frame_it_has():
    window, stream = Window(), frames(1, 6)
    window.resume(stream[2], stream[0])
    assert offered(window, [*stream, *frames(2, 2)]) == ["1/3", "1/4", "1/5", "2/0", "2/1"]


def test_a_frame_that_comes_twice_is_sent_once():
    window = Window()
    assert offered(window, [*frames(7, 3), *frames(7, 5)]) == ["7/0", "7/1", "7/2", "7/3", "7/4"]


def test_who_comes_in_mid_life_waits_for_the_next():
    assert offered(Window(), [*frames(1, 5)[3:], *frames(2, 1)]) == ["2/0"]


def test_a_life_that_is_lived_again_is_shown_again():
    window = Window()
    assert offered(window, [*frames(5, 2), *frames(4, 2)]) == ["5/0", "5/1", "4/0", "4/1"]


@pytest.mark.parametrize("n", [-1, 4])
def test_frames_that_were_never_sent_cannot_be_acknowledged(n):
    window = Window()
    offered(window, frames(1, 3))
    with pytest.raises(ValueError, match="3 sent"):
        window.ack(n)
