<?php
namespace Shop\Tests;

use PHPUnit\Framework\TestCase;

final class CartTest extends TestCase
{
    public function testAdds(): void { self::assertSame(1, 1); }
    public function testPays(): void { self::assertSame(4, 5, "the 'total' | [net]"); }
    public function testShips(): void { self::markTestSkipped('no drone'); }
    /** @dataProvider codes */
    public function testCode(string $code): void { self::assertNotSame('', $code); }
    public static function codes(): array { return ['long' => ['abc'], ['x']]; }
}
