// Inputs of every view. The masks are at the network's size, or at the image's after refinement.
in vec2 uv;
out vec4 color;

uniform sampler2D frame;        // the image as captured
uniform usampler2D labels;      // class of each pixel
uniform sampler2D confidence;   // its probability
uniform sampler2D tint;         // colour of each pixel's class, premultiplied; alpha 0 for background
uniform float opacity;

// Between mask pixels colours are interpolated, not labels: labels are names, and their mean would be another class.
vec4 classColor(vec2 at)
{
    return texture(tint, at);
}

// A class is tinted as strongly as the network is confident of it.
vec3 tinted(vec2 at)
{
    float sure = smoothstep(0.2, 0.8, texture(confidence, at).r);
    vec4 shown = classColor(at) * opacity * mix(0.5, 1.0, sure);
    return texture(frame, at).rgb * (1.0 - shown.a) + shown.rgb;
}
