import os, sys


def total(prices=[]):
    sum = 0
    for price in prices: sum += price
    if sum == None:
        return 0
    return summ
