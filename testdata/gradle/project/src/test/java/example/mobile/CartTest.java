package example.mobile;

import static org.junit.Assert.assertEquals;
import static org.junit.Assume.assumeTrue;

import org.junit.Ignore;
import org.junit.Test;

public class CartTest {
    @Test
    public void startsEmpty() {
        assertEquals(0, 0);
    }

    @Test
    public void addsUp() {
        System.out.println("rendering <b>3 items</b> & total ]]> end");
        System.out.println("[[ATTACHMENT|shots/cart.png]]");
        System.err.println("no price for item 7");
        assertEquals(3148, 2 * 1499 + 150);
    }

    @Test
    public void showsTotal() {
        System.out.println("[[DEFECT|SHOP-1]]");
        assertEquals("total is <wrong> & \"odd\" ]]>", "6.99", "5.99");
    }

    @Test
    public void größeFürMüller() {}

    @Test
    public void 合计() {}

    @Ignore("vouchers come in version 2")
    @Test
    public void voucher() {}

    @Test
    public void printsOnPaper() {
        assumeTrue("no printer here", false);
    }

    @Test
    public void readsPrices() {
        throw new IllegalStateException("no file prices.csv");
    }
}
