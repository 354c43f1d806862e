/// Small files of foreign formats that tests of several modules are made of.
@NullMarked
package io.microvisor.testkit.samples;

import org.jspecify.annotations.NullMarked;
