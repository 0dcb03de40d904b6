<?php
namespace Shop\Tests\Shipping;

use PHPUnit\Framework\TestCase;

final class AddressTest extends TestCase
{
    public function testCreate(): void
    {
        $this->assertSame(5, strlen('50667'));
    }

    public function testStraßeMitHausnummer(): void
    {
        $this->assertMatchesRegularExpression('/\d+$/u', 'Musterstraße 1');
    }

    /** @dataProvider countries */
    public function testPostcode(string $country, string $code): void
    {
        $this->assertSame(5, strlen($code), "$country has another length");
    }

    public function countries(): iterable
    {
        yield 'DE' => ['DE', '50667'];
        yield 'FR' => ['FR', '75001'];
        yield '中国' => ['CN', '100000'];
    }
}
