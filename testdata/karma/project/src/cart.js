window.total = (prices, discount = 0) => prices.reduce((sum, price) => sum + price, 0) * (1 - discount);
