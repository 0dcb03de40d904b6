package example.mobile;

import static org.junit.Assert.assertEquals;

import java.util.Arrays;
import java.util.Collection;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;
import org.junit.runners.Parameterized.Parameters;

@RunWith(Parameterized.class)
public class DiscountTest {
    private final String code;
    private final int percent;

    public DiscountTest(String code, int percent) {
        this.code = code;
        this.percent = percent;
    }

    @Parameters(name = "{0} takes {1} %")
    public static Collection<Object[]> codes() {
        return Arrays.asList(new Object[][] {
            {"WELCOME10", 10}, {"BLACKWEEK", 30}, {"Grüße & <b>", 0}, {"TYPO", -1}});
    }

    @Test
    public void isNotNegative() {
        assertEquals(code, Math.abs(percent), percent);
    }

    @Test
    public void startsEmpty() {}
}
