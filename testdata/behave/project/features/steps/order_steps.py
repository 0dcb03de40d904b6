from behave import given, then, when


@given("a cart with {count:d} article")
@given("a cart with {count:d} articles")
def step_cart(context, count):
    context.count, context.sent = count, False


@when("the order is sent")
def step_send(context):
    print("[[DEFECT|SHOP-2]] order ]]> <sent> & gone")
    if context.count < 1:
        raise ValueError("an empty cart can't be ordered")
    context.sent = True


@then("the customer gets an e-mail")
def step_mail(context):
    assert context.sent, "no e-mail: the order was not sent"
