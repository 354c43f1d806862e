package io.microvisor.compose.plan;

/// What a step made, and where.
public record StepResult(Outputs outputs, Origin origin) {}
