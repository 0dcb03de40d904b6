module.exports = { name: "shop" };
