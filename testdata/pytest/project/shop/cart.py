class OutOfStock(Exception):
    pass


class Cart:
    def __init__(self, stock=None):
        self.stock = stock or {}
        self.lines = {}

    def add(self, sku, count=1):
        if count < 1:
            raise ValueError("count must be positive")
        if sku in self.stock and self.stock[sku] < count:
            raise OutOfStock(f"{sku}: {self.stock[sku]} left, {count} wanted")
        self.lines[sku] = self.lines.get(sku, 0) + count

    def total(self, prices):
        return round(sum(prices[sku] * n for sku, n in self.lines.items()), 2)


def discount(total, code):
    return {"WELCOME10": total * 0.9, "HALF": total / 2}.get(code, total)
