<?php
namespace Shop\Tests\Billing;

use PHPUnit\Framework\TestCase;

final class DiscountTest extends TestCase
{
    public function testCreate(): void
    {
        $this->assertEqualsWithDelta(9.0, 10 * 0.9, 0.001);
    }

    /** @dataProvider codes */
    public function testCode(string $code): void
    {
        $this->assertNotEmpty($code);
    }

    public function codes(): array
    {
        throw new \RuntimeException('codes.csv is not readable');
    }
}
