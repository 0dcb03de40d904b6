throw new Error("no customers");
