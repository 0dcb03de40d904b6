<?php
namespace Shop\Tests\Billing;

use PHPUnit\Framework\TestCase;
use Shop\Invoice;

final class InvoiceTest extends TestCase
{
    public function testCreate(): void
    {
        $this->assertSame(0.0, (new Invoice())->total());
    }

    /** @dataProvider numbers */
    public function testNumber(int $year, int $counter, string $expected): void
    {
        $this->assertSame($expected, Invoice::number($year, $counter));
    }

    public function numbers(): array
    {
        return [
            'first of the year' => [2026, 1, 'RE-2026-00001'],
            'Größe <b> & "q"' => [2026, 42, 'RE-2026-00042'],
            '发票 🧾 é' => [2026, 7, 'RE-2026-00007'],
            'six digits' => [2026, 123456, 'RE-2026-12345'],
        ];
    }

    /** @dataProvider rates */
    public function testTotal(float $net, int $rate, float $total): void
    {
        $invoice = new Invoice();
        $invoice->add('tea', $net, $rate);
        $this->assertSame($total, $invoice->total());
    }

    public function rates(): array
    {
        return [[100, 19, 119.0], [100, 7, 107.0], [0.99, 19, 1.18]];
    }

    public function testNegativeNet(): void
    {
        $this->expectException(\InvalidArgumentException::class);
        (new Invoice())->add('refund', -1);
    }

    public function testCurrency(): void
    {
        echo "[[DEFECT|SHOP-4]] currency ]]> is <missing>\n";
        $this->assertStringContainsString('€', (string) (new Invoice())->total(), 'no "€" in <total>');
    }

    public function testPdf(): void
    {
        $this->markTestSkipped('the pdf writer is not installed');
    }

    public function testReminder(): void
    {
        $this->markTestIncomplete('reminders come later');
    }

    public function testNothing(): void
    {
    }

    public function testArchive(): void
    {
        (new Invoice())->archive();
    }

    /** @depends testArchive */
    public function testRestore(): void
    {
        $this->assertTrue(true);
    }
}
