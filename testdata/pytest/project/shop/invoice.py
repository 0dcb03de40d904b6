def number(year, counter):
    return f"RE-{year}-{counter:05d}"


def vat(net, rate):
    return round(net * rate / 100, 2)


def render(customer, lines):
    rows = "".join(f"<tr><td>{name}</td><td>{price:.2f}</td></tr>" for name, price in lines)
    return f"<h1>{customer}</h1><table>{rows}</table>"
