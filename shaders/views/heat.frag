#version 330 core
// Confidence of the network, from dark blue (none) over red to white.
#include "view.glsl"

void main()
{
    float c = texture(confidence, uv).r;
    vec3 heat = clamp(vec3(c * 2.6 - 0.4, c * 2.6 - 1.2, abs(c * 2.0 - 0.55) * 1.3), 0.0, 1.0);
    float light = dot(texture(frame, uv).rgb, vec3(0.299, 0.587, 0.114));
    color = vec4(heat * mix(1.0, light, 0.35), 1.0);
}
