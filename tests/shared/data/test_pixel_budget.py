"""The limit on decoded pixels."""

from threading import Barrier, Event, Thread

from components.shared.data.pixel_budget import PixelBudget


def test_no_more_pixels_than_the_total_are_held_at_once_and_everybody_gets_a_turn() -> None:
    budget, held, most, turns = PixelBudget(10), [0], [0], []
    start = Barrier(12)

    def work(pixels: int) -> None:
        start.wait()
        for _ in range(20):
            with budget.hold(pixels):
                held[0] += pixels
                most[0] = max(most[0], held[0])
                held[0] -= pixels
        turns.append(pixels)

    threads = [Thread(target=work, args=(pixels,)) for pixels in (1, 2, 3, 4, 5, 10) * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(turns) == sorted([1, 2, 3, 4, 5, 10] * 2)
    assert most[0] <= 10


def test_an_image_of_more_than_all_is_alone_and_small_ones_do_not_overtake_it() -> None:
    budget, entered, order = PixelBudget(10), Event(), []

    def work(pixels: int) -> None:
        with budget.hold(pixels):
            order.append(pixels)
            entered.set()

    with budget.hold(1):
        large = Thread(target=work, args=(99,))
        large.start()
        while not budget._turns:
            pass
        small = Thread(target=work, args=(1,))
        small.start()
        assert not entered.wait(0.05)
    large.join(10)
    small.join(10)
    assert order == [99, 1]
