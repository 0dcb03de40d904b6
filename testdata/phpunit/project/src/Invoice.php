<?php
namespace Shop;

final class Invoice
{
    private array $lines = [];

    public static function number(int $year, int $counter): string
    {
        return sprintf('RE-%d-%05d', $year, $counter);
    }

    public function add(string $title, float $net, int $rate = 19): void
    {
        if ($net < 0) {
            throw new \InvalidArgumentException("net of '$title' is negative");
        }
        $this->lines[] = [$title, $net, $rate];
    }

    public function total(): float
    {
        return round(array_sum(array_map(fn ($l) => $l[1] * (100 + $l[2]) / 100, $this->lines)), 2);
    }
}
