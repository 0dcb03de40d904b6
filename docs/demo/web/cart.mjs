export class Cart {
  prices = [];
  percent = 0;
  add(price) {
    this.prices.push(price);
    return this;
  }
  remove(price) {
    const at = this.prices.indexOf(price);
    if (at >= 0) this.prices.splice(at, 1);
    return this;
  }
  voucher(percent) {
    if (this.percent) throw new Error("one voucher only");
    this.percent = percent;
    return this;
  }
  total() {
    const sum = this.prices.reduce((sum, price) => sum + price, 0);
    // The mistake that one test finds: half a cent is cut off.
    return Math.floor((sum * (100 - this.percent)) / 100);
  }
}
