package example.office;

import static org.testng.Assert.assertEquals;
import static org.testng.Assert.assertTrue;

import org.testng.Reporter;
import org.testng.SkipException;
import org.testng.annotations.DataProvider;
import org.testng.annotations.Test;

public class CartTest {
    @Test
    public void startsEmpty() {
        assertEquals(0, 0);
    }

    @Test(description = "Two books and a pen")
    public void addsUp() {
        Reporter.log("rendering <b>3 items</b> & total");
        Reporter.log("[[ATTACHMENT|shots/cart.png]]");
        assertEquals(2 * 1499 + 150, 3148);
    }

    @Test
    public void showsTotal() {
        Reporter.log("[[DEFECT|SHOP-1]]");
        assertEquals("5.99", "6.99", "total is <wrong> & \"odd\" ]]>");
    }

    @DataProvider
    public Object[][] items() {
        return new Object[][] {{"book", 1499}, {"Schlüssel", 700}, {"钥匙", 700}, {"<b> & \"q\"", 0}};
    }

    @Test(dataProvider = "items")
    public void takes(String item, int cents) {
        assertTrue(cents > 0, item + " has no price");
    }

    @Test
    public void voucher() {
        throw new SkipException("vouchers come in version 2");
    }

    @Test(expectedExceptions = IllegalArgumentException.class)
    public void refusesNegativeCount() {
        throw new IllegalArgumentException("-1");
    }
}
