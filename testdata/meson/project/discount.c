#include <stdio.h>

int main(void) {
    fprintf(stderr, "expected 90 & not <80>\n");
    return 1;
}
