"""A lock of many readers or one writer."""

from threading import Barrier, Event, Thread

from serving.engine.read_write_lock import ReadWriteLock


def test_readers_hold_it_together() -> None:
    lock, together = ReadWriteLock(), Barrier(3)

    def read() -> None:
        with lock.reading():
            together.wait(10)

    threads = [Thread(target=read) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not together.broken
    assert not any(thread.is_alive() for thread in threads)


def test_a_writer_is_alone_and_readers_that_come_later_wait_for_it() -> None:
    lock, order, wrote = ReadWriteLock(), [], Event()

    def write() -> None:
        with lock.writing():
            order.append("write")
            wrote.set()

    def read() -> None:
        with lock.reading():
            order.append("read")

    with lock.reading():
        writer = Thread(target=write)
        writer.start()
        while not lock._writers:
            pass
        reader = Thread(target=read)
        reader.start()
        assert not wrote.wait(0.05)
        assert order == []
    writer.join(10)
    reader.join(10)
    assert order == ["write", "read"]


def test_no_two_writers_write_at_once() -> None:
    lock, inside, most = ReadWriteLock(), [0], [0]

    def write() -> None:
        for _ in range(200):
            with lock.writing():
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                inside[0] -= 1

    threads = [Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert most == [1]
