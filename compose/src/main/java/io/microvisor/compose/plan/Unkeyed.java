package io.microvisor.compose.plan;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/// Marks a component of a [Step], or of a record in one, that is no part of its cache key: what the step makes is the same whatever it is.
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Unkeyed {
  /// Why that is so.
  String value();
}
