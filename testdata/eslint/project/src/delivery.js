function price(weight) {
  if (weight = 0) return 0;
  return undefinedRate * weight;
}
