def total(prices: list[int]) -> int:
    return "".join(prices)


def name(size: int) -> str:
    return size + 1
