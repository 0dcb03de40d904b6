package shop;

import static org.junit.Assert.*;

import java.util.Arrays;
import java.util.Collection;
import org.junit.Test;
import org.junit.runner.RunWith;
import org.junit.runners.Parameterized;

@RunWith(Parameterized.class)
public class OrderTest {
    @Parameterized.Parameters(name = "{0} articles")
    public static Collection<Object[]> orders() { return Arrays.asList(new Object[][] {{1}, {2}}); }

    private final int articles;
    public OrderTest(int articles) { this.articles = articles; }

    @Test public void costsNothingWhenEmpty() { assertTrue(articles > 0); }
    @Test public void isSmall() { assertTrue("more than one", articles < 2); }
}
