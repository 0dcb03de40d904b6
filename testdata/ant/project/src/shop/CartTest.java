package shop;

import static org.junit.Assert.*;

import org.junit.Ignore;
import org.junit.Test;

public class CartTest {
    @Test public void costsNothingWhenEmpty() { assertEquals(0, 0); }
    @Test public void refuses() { assertEquals("\"90\" & <no less>", "80"); }
    @Test public void fails() { throw new IllegalStateException("no price"); }
    @Ignore("not built") @Test public void wrapsGifts() {}
}
