from multiprocessing import Pool, Process, Queue, Value


def square(x):
    return x**2


def work(numbers, total):
    for n in iter(numbers.get, None):
        with total.get_lock():
            total.value += n


if __name__ == "__main__":
    with Pool(2) as pool:
        print(pool.map(square, [1, 2, 3]))  # [1, 4, 9]

        numbers = Queue()
        total = Value("i", 0)
        workers = [Process(target=work, args=(numbers, total)) for _ in range(2)]
        for worker in workers:
            worker.start()
        for n in [1, 2, 3, 4, None, None]:
            numbers.put(n)
        for worker in workers:
            worker.join()
        print(total.value, [worker.exitcode for worker in workers])  # 10 [0, 0]
