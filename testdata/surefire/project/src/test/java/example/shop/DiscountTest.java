package example.shop;

import static org.junit.Assert.*;

import java.util.Arrays;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;

@RunWith(Parameterized.class)
public class DiscountTest {
    @Parameters(name = "{0} gives {1} %")
    public static Iterable<Object[]> codes() {
        return Arrays.asList(new Object[][] {
            {"WELCOME10", 10}, {"HALF", 50}, {"<b> & \"q\"", 0}, {"折扣", 5},
        });
    }

    private final String code;
    private final int percent;

    public DiscountTest(String code, int percent) {
        this.code = code;
        this.percent = percent;
    }

    @Test
    public void create() {
        assertNotNull(code);
    }

    @Test
    public void isBelowHalf() {
        assertTrue(code + " is too much", percent < 50);
    }
}
