<?php
namespace Shop\Tests\Shipping;

use PHPUnit\Framework\TestCase;

final class LabelTest extends TestCase
{
    public static function setUpBeforeClass(): void
    {
        throw new \RuntimeException('label printer is off');
    }

    public function testCreate(): void
    {
        $this->assertTrue(true);
    }

    public function testUmlaut(): void
    {
        $this->assertSame('Köln', 'Köln');
    }
}
