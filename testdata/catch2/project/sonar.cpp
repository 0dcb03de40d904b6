#define CATCH_CONFIG_MAIN
#include <catch2/catch.hpp>
#include <catch2/catch_reporter_sonarqube.hpp>
#include "cart.cpp"
