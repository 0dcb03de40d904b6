<?php
require_once __DIR__ . '/Invoice.php';
