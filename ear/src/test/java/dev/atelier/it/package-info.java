/** Black-box tests: the assembled archives, started as their users start them. */
package dev.atelier.it;
