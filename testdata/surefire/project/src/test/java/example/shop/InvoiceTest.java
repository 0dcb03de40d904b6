package example.shop;

import static org.junit.Assert.*;

import org.junit.Assume;
import org.junit.Ignore;
import org.junit.Test;

public class InvoiceTest {
    @Test
    public void create() {
        assertEquals("RE-2026-00001", Invoice.number(2026, 1));
    }

    @Test
    public void größeInDerZeile() {
        assertTrue("Größe 绿茶 🫖".contains("Größe"));
    }

    @Test
    public void currency() {
        System.out.println("[[DEFECT|SHOP-3]] <total> & \"q\" ]]> no currency");
        System.err.println("warning: no currency");
        assertEquals("no <currency> & ]]> \"q\"", "12,00 €", "12");
    }

    @Test(timeout = 50)
    public void printer() throws Exception {
        Thread.sleep(1000);
    }

    @Test
    public void archive() {
        throw new UnsupportedOperationException("archive is not written yet");
    }

    @Ignore("reminders come later")
    @Test
    public void reminder() {}

    @Test
    public void pdf() {
        Assume.assumeTrue("no pdf writer here", false);
    }
}
